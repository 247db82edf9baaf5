"""A marketplace on this machine: the Seller Center API of Tokopedia and TikTok Shop as far as the portal uses it.

It signs sellers in (OAuth), keeps their products, and enforces the published limits by code of its own: nothing of the portal's
is imported here, so that what both say of a product can be compared. Failures are put in with `Market.fail`.

    python -m devserver.marketplace --port 8090 --back http://127.0.0.1:8000/toko/kembali/ --state .local/marketplace.json
"""

import argparse
import hashlib
import hmac
import html
import json
import re
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

APP_KEY, APP_SECRET = "semarang", "rahasia-simulator"
CODE_SECONDS, ACCESS_SECONDS, CLOCK_SECONDS = 1800, 7 * 24 * 3600, 300
#: The sellers who may sign in here: shop id -> name.
SHOPS = {"7001": "Sekar Jagad Official", "7002": "Dapur Semarang", "7003": "Kriya Kota Lama"}
MOST_DELETED, MOST_FOUND = 20, 100
#: The tree of categories: thirty branches of thirty leaves; products go into leaves.
BRANCHES = {str(600_000 + branch * 100) for branch in range(1, 31)}
LEAVES = {str(int(branch) + leaf) for branch in BRANCHES for leaf in range(1, 31)}


class Refused(Exception):
    """The answer's HTTP status, code, message and the fields that are wrong."""

    def __init__(self, status, code, message, errors=()):
        super().__init__(message)
        self.status, self.code, self.message, self.errors = status, code, message, list(errors)


def shown_names(body):
    """The titles under which a product stands in the shop, as they are compared: one for each SKU at Tokopedia."""
    titles = {body["title"]}
    if "TOKOPEDIA" in body.get("listing_platforms", ()):
        titles = {
            f"{body['title']}, {sku['variant']}" if sku.get("variant") else body["title"]
            for sku in body["skus"]
        }
    return {" ".join(one.lower().split()) for one in titles}


def wrong_fields(body, names):
    """[(field, message)] of what a product breaks of the published limits. `names` are the shop's other titles."""
    wrong = []
    tokopedia = "TOKOPEDIA" in body.get("listing_platforms", ())
    title = body.get("title") or ""
    longest = 70 if tokopedia else 254
    skus = body.get("skus") or []
    titles = [f"{title}, {sku['variant']}" if tokopedia and sku.get("variant") else title for sku in skus]
    if not title.strip():
        wrong.append(("title", "title is required"))
    elif any(len(one) > longest for one in titles or [title]):
        wrong.append(("title", f"at most {longest} characters"))
    spelt = [" ".join(one.lower().split()) for one in (titles if tokopedia else [title])]
    if tokopedia and len(spelt) != len(set(spelt)) or set(spelt) & set(names):
        wrong.append(("title", "the shop has a product with this title"))
    description = body.get("description") or ""
    if len(description) > (2000 if tokopedia else 10_000):
        wrong.append(("description", "too long"))
    elif not description.strip() and not tokopedia:
        wrong.append(("description", "description is required"))
    if body.get("category_id") not in LEAVES:
        wrong.append(("category_id", "not a leaf category"))
    weight = (body.get("package_weight") or {}).get("value")
    if not re.fullmatch(r"[0-9]+", str(weight)) or int(weight) < 1:
        wrong.append(("package_weight", "whole grams from 1"))
    if not 1 <= len(body.get("main_images") or []) <= 9:
        wrong.append(("main_images", "1 to 9 images"))
    if not skus:
        wrong.append(("skus", "at least one SKU"))
    sellers = [sku.get("seller_sku", "") for sku in skus]
    if any(len(one) > 50 for one in sellers) or len(sellers) != len(set(sellers)):
        wrong.append(("seller_sku", "at most 50 characters, each once"))
    for sku in skus:
        amount = str((sku.get("price") or {}).get("amount"))
        if not re.fullmatch(r"[0-9]+", amount) or not 100 <= int(amount) <= 100_000_000:
            wrong.append(("price", "100 to 100000000"))
        stock = sku.get("inventory", [{}])[0].get("quantity")
        if not isinstance(stock, int) or not (1 if tokopedia else 0) <= stock <= 999_999:
            wrong.append(("inventory", "out of range"))
    if tokopedia:
        days = body.get("pre_order_days")
        if days is not None and not 3 <= days <= 90:
            wrong.append(("pre_order_days", "3 to 90"))
        video = body.get("video_url")
        host = urlsplit(video).netloc.lower().rpartition("@")[2] if video else "youtu.be"
        if host not in {"youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be"}:
            wrong.append(("video_url", "YouTube only"))
    return list(dict.fromkeys(wrong))


class Market:
    """What the marketplace knows, and what is to go wrong next."""

    def __init__(self, *, back="", state=None):
        self.back = back
        self.state = Path(state) if state else None
        self.lock = threading.RLock()
        self.codes, self.access, self.refresh, self.products = {}, {}, {}, {}
        #: Demo shops of the portal, connected before anybody signed in here.
        for shop in SHOPS:
            self.refresh[f"refresh-{shop}"] = shop
        self.faults, self.calls, self.created = [], [], 0
        if self.state and self.state.exists():
            kept = json.loads(self.state.read_text())
            self.access, self.products, self.created = kept["access"], kept["products"], kept["created"]
            self.refresh |= kept["refresh"]

    def keep(self):
        """Write down what is known, so that a restart forgets nothing."""
        if self.state:
            self.state.parent.mkdir(parents=True, exist_ok=True)
            kept = {name: getattr(self, name) for name in ("access", "refresh", "products", "created")}
            self.state.write_text(json.dumps(kept))

    def fail(self, *, times=1, path="", status=500, after=None, late=False, seconds=0):
        """Let the next `times` calls whose path holds `path` fail; `late` does the work first and loses the answer."""
        self.faults += [
            {"path": path, "status": status, "after": after, "late": late, "seconds": seconds}
            for _ in range(times)
        ]

    def _fault(self, path):
        for fault in self.faults:
            if fault["path"] in path:
                self.faults.remove(fault)
                return fault
        return None

    def answer(self, method, path, query, headers, body):
        """(status, headers, JSON) of a call."""
        with self.lock:
            self.calls.append((method, path))
            fault = self._fault(path)
        if fault and fault["seconds"]:
            time.sleep(fault["seconds"])
        if fault and not fault["late"] and fault["status"] != 200:
            extra = {"Retry-After": str(fault["after"])} if fault["after"] else {}
            return fault["status"], extra, {"code": 36009003, "message": "try again", "request_id": "f"}
        try:
            with self.lock:
                data = self._route(method, path, query, headers, body)
                self.keep()
            status, answer = 200, {"code": 0, "message": "Success", "data": data}
        except Refused as error:
            status = error.status
            answer = {"code": error.code, "message": error.message, "data": {"errors": error.errors}}
        if fault and fault["late"]:
            return fault["status"], {}, {"code": 36009003, "message": "lost", "request_id": "f"}
        return status, {}, answer | {"request_id": secrets.token_hex(8)}

    def _route(self, method, path, query, headers, body):
        if path.startswith("/api/v2/token/"):
            return self._tokens(path, query)
        shop = self._seller(path, query, headers, body)
        if (method, path) == ("GET", "/authorization/202309/shops"):
            return {"shops": [{"id": shop, "name": SHOPS[shop], "cipher": f"cipher-{shop}", "region": "ID"}]}
        if query.get("shop_cipher") != f"cipher-{shop}":
            raise Refused(403, 105005, "shop_cipher does not belong to this seller")
        if (method, path) == ("POST", "/product/202309/images/upload"):
            return {"uri": "tos/" + hashlib.sha256(body).hexdigest()[:32]}
        given = json.loads(body or b"{}")
        if (method, path) == ("POST", "/product/202309/products"):
            return self._create(shop, given)
        if (method, path) == ("DELETE", "/product/202309/products"):
            return self._delete(shop, given)
        if (method, path) == ("POST", "/product/202502/products/search"):
            return self._search(shop, given)
        found = re.fullmatch(r"/product/202309/products/(\d+)(/inventory/update|/prices/update)?", path)
        if not found:
            raise Refused(404, 36009009, "no such path")
        product = self.products.get(found[1])
        if product is None or product["shop"] != shop:
            raise Refused(404, 12052220, "product not found")
        if method == "PUT" and not found[2]:
            self._check(shop, given, other_than=found[1])
            product["body"] = given
        elif method == "POST" and found[2]:
            self._update_skus(product, given)
        else:
            raise Refused(405, 36009009, "no such method")
        return {"product_id": found[1]}

    def _tokens(self, path, query):
        if (query.get("app_key"), query.get("app_secret")) != (APP_KEY, APP_SECRET):
            raise Refused(401, 36004004, "unknown app")
        if path.endswith("/get"):
            shop, until = self.codes.pop(query.get("auth_code"), (None, 0))
            if shop is None or until < time.time():
                raise Refused(400, 36004004, "auth_code is used or expired")
        else:
            given = query.get("refresh_token", "")
            shop = self.refresh.get(given)
            if shop is None:
                raise Refused(400, 36004005, "refresh_token is invalid")
            if given != f"refresh-{shop}":
                del self.refresh[given]
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        until = int(time.time()) + ACCESS_SECONDS
        self.access[access] = [shop, until]
        self.refresh[refresh] = shop
        return {
            "access_token": access,
            "access_token_expire_in": until,
            "refresh_token": refresh,
            "seller_name": SHOPS[shop],
        }

    def _seller(self, path, query, headers, body):
        """The shop of a call that is signed and carries a token."""
        if (
            abs(time.time() - int(query.get("timestamp") or 0)) > CLOCK_SECONDS
            or query.get("app_key") != APP_KEY
        ):
            raise Refused(401, 36009004, "timestamp or app_key is wrong")
        parts = "".join(
            f"{name}{query[name]}" for name in sorted(query) if name not in ("sign", "access_token")
        )
        text = (APP_SECRET + path + parts).encode()
        if not headers.get("content-type", "").startswith("multipart/"):
            text += body
        sign = hmac.new(APP_SECRET.encode(), text + APP_SECRET.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(sign, query.get("sign", "")):
            raise Refused(401, 106001, "sign is invalid")
        shop, until = self.access.get(headers.get("x-tts-access-token", ""), (None, 0))
        if shop is None or until < time.time():
            raise Refused(401, 105002, "access token is expired")
        return shop

    def _of(self, shop):
        return {number: one for number, one in self.products.items() if one["shop"] == shop}

    def _check(self, shop, body, other_than=""):
        names = {
            name
            for number, one in self._of(shop).items()
            if number != other_than
            for name in shown_names(one["body"])
        }
        if wrong := wrong_fields(body, names):
            raise Refused(
                400,
                12052901,
                "product is not valid",
                [{"field": name, "message": text} for name, text in wrong],
            )

    def _create(self, shop, body):
        self._check(shop, body)
        self.created += 1
        number = str(1_730_000_000_000 + self.created)
        self.products[number] = {"shop": shop, "body": body}
        return {"product_id": number, "skus": [{"seller_sku": sku["seller_sku"]} for sku in body["skus"]]}

    def _update_skus(self, product, given):
        by_sku = {sku["seller_sku"]: sku for sku in product["body"]["skus"]}
        for change in given.get("skus", ()):
            sku = by_sku.get(change.get("seller_sku"))
            if sku is None:
                raise Refused(400, 12052230, "no such SKU")
            for name in ("price", "inventory"):
                if name in change:
                    sku[name] = change[name]

    def _delete(self, shop, given):
        numbers = given.get("product_ids") or []
        if not 1 <= len(numbers) <= MOST_DELETED:
            raise Refused(400, 12052048, f"1 to {MOST_DELETED} product_ids")
        errors = []
        for number in numbers:
            if number in self._of(shop):
                del self.products[number]
            else:
                errors.append(
                    {"code": 12052220, "message": "product not found", "detail": {"product_id": number}}
                )
        return {"errors": errors}

    def _search(self, shop, given):
        wanted, numbers = set(given.get("seller_skus") or ()), set(given.get("product_ids") or ())
        if len(wanted) > MOST_FOUND or len(numbers) > MOST_FOUND:
            raise Refused(400, 12052048, f"at most {MOST_FOUND} at a time")
        found = [
            {
                "id": number,
                "title": one["body"]["title"],
                "external_product_id": one["body"].get("external_product_id", ""),
                "status": "ACTIVATE",
                "skus": [
                    {"seller_sku": sku["seller_sku"], "price": sku["price"], "inventory": sku["inventory"]}
                    for sku in one["body"]["skus"]
                ],
            }
            for number, one in self._of(shop).items()
            if number in numbers or wanted & {sku["seller_sku"] for sku in one["body"]["skus"]}
        ]
        return {"products": found, "total_count": len(found)}

    def sign_in_page(self, query):
        """What a seller sees who came from the portal: the shops of this machine, one press each."""
        rows = "".join(
            f'<li><a href="/oauth/allow?{html.escape(urlencode({"shop": shop, "state": query.get("state", "")}))}">'
            f"{html.escape(name)}</a></li>"
            for shop, name in SHOPS.items()
        )
        return (
            '<!doctype html><html lang="id"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            "<title>Seller Center (simulator)</title><style>body{font:18px system-ui;margin:2rem auto;max-width:32rem;"
            "padding:0 1rem}li{margin:1rem 0}</style><h1>Seller Center (simulator)</h1>"
            f"<p>Portal IKM Semarang meminta izin mengelola produk. Pilih toko yang Anda izinkan:</p><ul>{rows}</ul></html>"
        )

    def allow(self, query):
        """The address in the portal that a seller goes back to, with a code."""
        code = secrets.token_urlsafe(16)
        with self.lock:
            self.codes[code] = (query["shop"], time.time() + CODE_SECONDS)
        return f"{self.back}?{urlencode({'code': code, 'state': query.get('state', '')})}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _serve(self):
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        market = self.server.market
        if parts.path == "/oauth/authorize":
            return self._send(
                200, {"Content-Type": "text/html; charset=utf-8"}, market.sign_in_page(query).encode()
            )
        if parts.path == "/oauth/allow" and query.get("shop") in SHOPS:
            return self._send(302, {"Location": market.allow(query)}, b"")
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, extra, answer = market.answer(self.command, parts.path, query, headers, body)
        return self._send(status, extra | {"Content-Type": "application/json"}, json.dumps(answer).encode())

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def _send(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Tokens stand in addresses: nothing is logged."""


def serve(market, port=0):
    """A server of `market` on this machine, not yet running."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.market = market
    return server


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--back", required=True, help="where sellers go back to")
    parser.add_argument("--state", default=None, help="file that keeps what is known")
    given = parser.parse_args()
    serve(Market(back=given.back, state=given.state), given.port).serve_forever()


if __name__ == "__main__":
    main()
