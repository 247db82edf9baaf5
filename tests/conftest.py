pytest_plugins = ["tests.database", "tests.people", "tests.ikm.api_clients"]
