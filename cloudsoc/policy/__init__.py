"""The IAM policy language: documents as data, and what happens to a request. Usable alone; makes no AWS calls."""

from cloudsoc.policy.document import Condition, MalformedPolicy, PolicyDocument, Principal, Statement

__all__ = ["Condition", "MalformedPolicy", "PolicyDocument", "Principal", "Statement"]
