"""All benchmarks: ``python -m benchmarks``."""

from benchmarks import evaluation, load, policy, size, startup

for part in (policy, evaluation, startup, size, load):
    part.main()
