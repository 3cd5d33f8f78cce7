"""cloudsoc: from an AWS account to SOC 2 evidence."""

__version__ = "0.1.0"
