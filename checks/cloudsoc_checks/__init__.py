"""What SOC 2 asks: the built-in checks, a module or package a service, found through the entry point ``cloudsoc.checks``."""
