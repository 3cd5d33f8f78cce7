"""What SOC 2 asks of the record of configuration changes."""
