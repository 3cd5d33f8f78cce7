"""What SOC 2 asks of encryption keys."""
