"""``python -m cloudsoc``."""

import sys

from cloudsoc.cli import main

if __name__ == "__main__":
    sys.exit(main())
