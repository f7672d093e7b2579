"""What all tests share: the mark that ties a test to a requirement."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "requirement(*ids): the requirements that the test shows (requirements.md)"
    )
