"""``python -m benchmarks.load [RESOURCES ...]``."""

import sys

from benchmarks import load

load.main([int(one) for one in sys.argv[1:]] or load.SIZES)
