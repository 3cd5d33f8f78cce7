"""What SOC 2 asks of the record of API calls."""
