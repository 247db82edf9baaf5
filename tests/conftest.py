import importlib.util

pytest_plugins = ["tests.database", "tests.logs", "tests.people", "tests.ikm.api_clients"]

# `make test` installs no browser group; `make test-browser`, finding nothing to run, would fail.
if importlib.util.find_spec("playwright") is None:
    collect_ignore = ["browser"]
