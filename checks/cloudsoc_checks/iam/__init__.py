"""What SOC 2 asks of IAM."""
