"""What SOC 2 asks of networks."""
