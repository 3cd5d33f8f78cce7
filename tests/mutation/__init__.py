"""Do the tables notice when a check is changed? mutmut's own operators over the check modules; ``python -m tests.mutation --help``."""
