"""All benchmarks: ``python -m benchmarks``."""

from benchmarks import evaluation, policy, size, startup

for part in (policy, evaluation, startup, size):
    part.main()
