"""For every test."""

import sys

from hypothesis import HealthCheck, settings

# How long an example takes says something about the machine only.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_sessionfinish() -> None:
    """A worker ends without what Python does at an exit, so servers are stopped here."""
    module = sys.modules.get("tests.postgres")
    if module is not None and module.postgres.cache_info().currsize:
        module.postgres().stop()
