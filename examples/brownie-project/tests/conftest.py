import pytest

pytest_plugins = ["jp20.testing"]


@pytest.fixture(autouse=True)
def isolation(fn_isolation):
    """Brownie takes back what a test did, JP20's platform and tokens included."""
