"""What all tests share: the mark that ties a test to a requirement, and time for a slow machine."""

import pytest
from hypothesis import HealthCheck, settings

# No test asserts a time, and the same examples are tried everywhere.
settings.register_profile(
    "jp20",
    settings.default,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("jp20")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "requirement(*ids): the requirements that the test shows (requirements.md)"
    )
