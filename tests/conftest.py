"""What all tests share: the mark that ties a test to a requirement, and time for a slow machine."""

import pytest
from hypothesis import HealthCheck, settings

# How fast a machine makes examples says nothing of what is tested.
settings.register_profile(
    "patient", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "requirement(*ids): the requirements that the test shows (requirements.md)"
    )
