pytest_plugins = ["tests.database", "tests.people"]
