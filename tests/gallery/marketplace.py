"""The simulated marketplace for tests: one server in this process, and how the portal is told of it."""

import threading
from contextlib import contextmanager

from devserver.marketplace import APP_KEY, APP_SECRET, Market, serve


@contextmanager
def running(settings):
    """A Market that answers by HTTP as long as the block lasts."""
    market = Market(back="http://testserver/toko/kembali/")
    server = serve(market)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    settings.MARKETPLACE = {
        "api": url,
        "login": f"{url}/oauth/authorize",
        "tokens": url,
        "app_key": APP_KEY,
        "app_secret": APP_SECRET,
    }
    try:
        yield market
    finally:
        server.shutdown()
        server.server_close()
