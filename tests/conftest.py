"""What all tests share: the mark that ties a test to a requirement."""

import pytest
from hypothesis import settings

# No test asserts a time, and the same examples are tried everywhere.
settings.register_profile("jp20", deadline=None, derandomize=True)
settings.load_profile("jp20")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "requirement(*ids): the requirements that the test shows (requirements.md)"
    )
