pytest_plugins = ["jp20.testing"]
