"""An account as recorded answers: every operation that a scan asks is answered in memory, over botocore's own serializer, parser and retries."""
