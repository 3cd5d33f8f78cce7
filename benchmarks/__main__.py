"""All benchmarks: ``python -m benchmarks``."""

from benchmarks import evaluation, load, policy, reports, size, startup

for part in (policy, evaluation, reports, startup, size, load):
    part.main()
