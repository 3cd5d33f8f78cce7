"""The engine: turns signatures into calls, calls into facts, facts into findings. It names no service, no check and no criterion."""
