"""The Seller Center API of Tokopedia and TikTok Shop: calls signed for one shop, and what products look like in them.

Sources: TikTok Shop Partner API 202309 (authorization, product), 202502 (products/search).
"""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from gallery.enums import ChannelKind

SECONDS = 15
MOST_DELETED = 20
MOST_FOUND = 100
#: Channels whose shops are reached by this API.
SHOP_CHANNELS = (ChannelKind.TOKOPEDIA, ChannelKind.TIKTOK_SHOP)
PLATFORMS = {ChannelKind.TOKOPEDIA: "TOKOPEDIA", ChannelKind.TIKTOK_SHOP: "TIKTOK_SHOP"}
_TOKEN_EXPIRED = 105002
_NOT_FOUND = 12052220
#: What a field of the API is called here.
_FIELDS = {
    "title": _l("nama produk"),
    "description": _l("keterangan"),
    "category_id": _l("kategori"),
    "package_weight": _l("berat"),
    "main_images": _l("foto"),
    "skus": _l("varian"),
    "seller_sku": _l("SKU"),
    "price": _l("harga"),
    "inventory": _l("stok"),
    "pre_order_days": _l("waktu pembuatan"),
    "video_url": _l("video"),
}


class ChannelError(Exception):
    """A call that failed. `again` says that the same call may succeed later, `after` in how many seconds at the earliest;
    `is_signed_out` that the shop's permission has ended; `fields` are the API's names of what is wrong with a product."""

    def __init__(self, sentence, *, again=False, after=None, is_signed_out=False, fields=(), code=0):
        super().__init__(sentence)
        self.again, self.after, self.is_signed_out = again, after, is_signed_out
        self.fields, self.code = frozenset(fields), code


def is_set_up():
    """Whether the portal has been told where the marketplace is and by which app it comes."""
    return bool(settings.MARKETPLACE["api"] and settings.MARKETPLACE["app_secret"])


def sign_in_address(state):
    """Where a seller gives the portal permission."""
    return f"{settings.MARKETPLACE['login']}?{urlencode({'app_key': settings.MARKETPLACE['app_key'], 'state': state})}"


@dataclass(frozen=True, slots=True)
class Tokens:
    access: str
    refresh: str
    until: int  # seconds since 1970


def tokens_for_code(code):
    """The Tokens for the code a seller came back with. Raises ChannelError."""
    return _tokens("get", auth_code=code, grant_type="authorized_code")


def refreshed_tokens(refresh_token):
    """New Tokens for old ones. Raises ChannelError."""
    return _tokens("refresh", refresh_token=refresh_token, grant_type="refresh_token")


def _tokens(kind, **query):
    query |= {"app_key": settings.MARKETPLACE["app_key"], "app_secret": settings.MARKETPLACE["app_secret"]}
    address = f"{settings.MARKETPLACE['tokens']}/api/v2/token/{kind}?{urlencode(query)}"
    request = urllib.request.Request(address)  # noqa: S310 - the address is the office's setting
    data = _open(request)["data"]
    return Tokens(data["access_token"], data["refresh_token"], data["access_token_expire_in"])


def signature(path, query, body, secret):
    """The sign of a call: HMAC-SHA256 over secret, path, parameters by name, body and secret."""
    parts = "".join(f"{name}{query[name]}" for name in sorted(query))
    text = secret.encode() + path.encode() + parts.encode() + body + secret.encode()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


class Client:
    """Calls in the name of one shop."""

    def __init__(self, access_token, cipher=""):
        self.access_token, self.cipher = access_token, cipher

    def shops(self):
        """[{id, name, cipher}] that the permission is for."""
        return self._call("GET", "/authorization/202309/shops")["data"]["shops"]

    def upload_photo(self, content):
        """The uri of a JPEG."""
        boundary = hashlib.sha256(content).hexdigest()[:32]
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="data"; filename="foto.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        return self._call("POST", "/product/202309/images/upload", body=body, kind=kind)["data"]["uri"]

    def create(self, payload):
        """The number of the new product."""
        return self._call("POST", "/product/202309/products", payload)["data"]["product_id"]

    def replace(self, number, payload):
        """Write a product anew."""
        self._call("PUT", f"/product/202309/products/{number}", payload)

    def set_offers(self, number, payload):
        """Write prices and stock alone."""
        path = f"/product/202309/products/{number}"
        for name, word in (("price", "prices"), ("inventory", "inventory")):
            skus = [{"seller_sku": sku["seller_sku"], name: sku[name]} for sku in payload["skus"]]
            self._call("POST", f"{path}/{word}/update", {"skus": skus})

    def find(self, *, skus=(), numbers=()):
        """{number: product} of the shop's products with one of these SKUs or numbers, at most MOST_FOUND of each."""
        wanted = {"seller_skus": list(skus), "product_ids": list(numbers)}
        rows = self._call("POST", "/product/202502/products/search", wanted)["data"]["products"]
        return {row["id"]: row for row in rows}

    def delete(self, numbers):
        """(the whole answer, {number: sentence} of those not taken down). One that is not there any more is taken down."""
        answer = self._call("DELETE", "/product/202309/products", {"product_ids": list(numbers)})
        failed = {
            str(one["detail"]["product_id"]): _("Toko menjawab: %(words)s") % {"words": one["message"]}
            for one in answer["data"].get("errors") or ()
            if one["code"] != _NOT_FOUND
        }
        return answer, failed

    def _call(self, method, path, payload=None, *, body=b"", kind="application/json"):
        if payload is not None:
            body = json.dumps(payload).encode()
        query = {"app_key": settings.MARKETPLACE["app_key"], "timestamp": str(int(time.time()))}
        if self.cipher:
            query["shop_cipher"] = self.cipher
        signed = b"" if kind.startswith("multipart/") else body
        query["sign"] = signature(path, query, signed, settings.MARKETPLACE["app_secret"])
        request = urllib.request.Request(  # noqa: S310 - the address is the office's setting
            f"{settings.MARKETPLACE['api']}{path}?{urlencode(query)}",
            data=body or None,
            method=method,
            headers={"x-tts-access-token": self.access_token, "Content-Type": kind},
        )
        return _open(request)


def _open(request):
    """The answer to a request. Raises ChannelError."""
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
            status, after, content = response.status, None, response.read()
    except urllib.error.HTTPError as error:
        with error:
            status, after, content = error.code, error.headers.get("Retry-After", ""), error.read()
    except OSError as error:
        raise ChannelError(_("Toko tidak dapat dihubungi. Kami mencoba lagi nanti."), again=True) from error
    if status == 429 or status >= 500:
        sentence = _("Toko sedang sibuk. Kami mencoba lagi nanti.")
        raise ChannelError(sentence, again=True, after=int(after) if after and after.isdecimal() else None)
    try:
        answer = json.loads(content)
        code = answer["code"]
    except (ValueError, KeyError, TypeError) as error:
        raise ChannelError(_("Jawaban toko tidak terbaca. Kami mencoba lagi nanti."), again=True) from error
    if code == 0:
        return answer
    if status == 401 or code == _TOKEN_EXPIRED:
        raise ChannelError(_("Izin toko berakhir. Sambungkan toko lagi."), is_signed_out=True, code=code)
    fields = [one.get("field", "") for one in (answer.get("data") or {}).get("errors") or ()]
    words = ", ".join(dict.fromkeys(str(_FIELDS.get(name, name)) for name in fields))
    sentence = (
        _("Toko menolak bagian ini: %(fields)s. Perbaiki lalu kirim lagi.") % {"fields": words}
        if words
        else _("Toko menjawab: %(words)s") % {"words": answer.get("message", "")}
    )
    raise ChannelError(sentence[:300], fields=fields, code=code)


# --- What a product looks like -------------------------------------------------------------------------------------------


def payload(candidate, channel, uris):
    """The body by which a candidate is created or replaced; `uris` are its photos at the marketplace."""
    body = {
        "title": candidate.name,
        "description": candidate.description,
        "category_id": candidate.category_code,
        "external_product_id": candidate.reference,
        "listing_platforms": [PLATFORMS[channel]],
        "main_images": [{"uri": uri} for uri in uris],
        "package_weight": {"value": str(candidate.weight_grams), "unit": "GRAM"},
        "skus": [
            {
                "seller_sku": offer.sku,
                "variant": offer.choice,
                "price": {"amount": _whole(offer.price), "currency": "IDR"},
                "inventory": [{"quantity": offer.stock}],
            }
            for offer in candidate.offers
        ],
    }
    if channel == ChannelKind.TOKOPEDIA:
        body |= {"pre_order_days": candidate.made_to_order_days, "video_url": candidate.video_url}
        body["minimum_order_quantity"] = candidate.minimum_order
    return body


def _whole(amount):
    return str(int(amount) if amount == int(amount) else amount)


def fingerprint(body):
    """64 hex digits: 32 of the product itself, 32 of its prices and stock."""
    offers = [[sku["seller_sku"], sku["price"], sku["inventory"]] for sku in body["skus"]]
    rest = body | {"skus": [[sku["seller_sku"], sku["variant"]] for sku in body["skus"]]}
    return "".join(
        hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:32] for part in (rest, offers)
    )


def differences(body, remote):
    """{what: {"local": …, "remote": …}} between what was sent and what the shop shows."""
    found = {}
    if body["title"] != remote["title"]:
        found["name"] = {"local": body["title"], "remote": remote["title"]}
    shown = {sku["seller_sku"]: sku for sku in remote["skus"]}
    for sku in body["skus"]:
        other = shown.get(sku["seller_sku"])
        key = sku["variant"] or sku["seller_sku"]
        if other is None:
            found[f"variant {key}"] = {"local": key, "remote": None}
            continue
        if sku["price"]["amount"] != other["price"]["amount"]:
            found[f"price {key}"] = {"local": sku["price"]["amount"], "remote": other["price"]["amount"]}
        if sku["inventory"][0]["quantity"] != other["inventory"][0]["quantity"]:
            found[f"stock {key}"] = {
                "local": sku["inventory"][0]["quantity"],
                "remote": other["inventory"][0]["quantity"],
            }
    return found
