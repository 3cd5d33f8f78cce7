"""What SOC 2 asks of buckets, their access points and their objects."""
