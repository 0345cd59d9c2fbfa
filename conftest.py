"""Profiles of Hypothesis; the database fixtures live in tests/conftest.py.

The default profile is derandomised, so that `make test` gives the same verdict twice on the same
code. `HYPOTHESIS_PROFILE=fuzz` draws new examples each time and prints how to replay a failure.
"""

import os

from hypothesis import HealthCheck, settings

SLOW_DATABASES = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]

settings.register_profile(
    "dev", max_examples=50, deadline=None, derandomize=True, suppress_health_check=SLOW_DATABASES
)
settings.register_profile(
    "fast", max_examples=10, deadline=None, derandomize=True, suppress_health_check=SLOW_DATABASES
)
settings.register_profile(
    "ci",
    max_examples=100,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=SLOW_DATABASES,
)
settings.register_profile(
    "fuzz",
    max_examples=1000,
    deadline=None,
    print_blob=True,
    suppress_health_check=SLOW_DATABASES,
)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
)
