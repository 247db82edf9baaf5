"""Personal data at rest: AES-256-GCM with named keys, and a keyed hash for look-ups.

    PII_KEYS       "id:base64,id2:base64"  the first encrypts, every one decrypts; 32 bytes each
    PII_INDEX_KEY  "base64"                at least 32 bytes; changing it means recomputing every index

A token is `id:base64url(nonce + ciphertext + tag)`. The label ("ikm.owner.nik") and the key id are bound to the
ciphertext, so a token copied into another column, or with another key id, does not open.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_NONCE_BYTES = 12
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,16}")


class UnsealError(ValueError):
    """The token cannot be opened: changed, sealed under another label, or its key is gone. Never says the content."""


def _key_bytes(text, name):
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured(f"{name} is not base64") from None
    return key


@lru_cache(maxsize=4)
def _keys(setting):
    """Key id -> cipher, in the order of the setting."""
    ciphers = {}
    for part in setting.split(","):
        key_id, colon, text = part.strip().partition(":")
        if not colon or not _KEY_ID.fullmatch(key_id):
            raise ImproperlyConfigured("PII_KEYS must look like id:base64,id:base64")
        if key_id in ciphers:
            raise ImproperlyConfigured(f"PII_KEYS names the key {key_id} twice")
        key = _key_bytes(text, f"the key {key_id} of PII_KEYS")
        if len(key) != 32:
            raise ImproperlyConfigured(f"the key {key_id} of PII_KEYS must be 32 bytes, it is {len(key)}")
        ciphers[key_id] = AESGCM(key)
    return ciphers


@lru_cache(maxsize=4)
def _index_key(setting):
    key = _key_bytes(setting, "PII_INDEX_KEY")
    if len(key) < 32:
        raise ImproperlyConfigured(f"PII_INDEX_KEY must be at least 32 bytes, it is {len(key)}")
    return key


def _bound(key_id, label):
    # The length keeps ("a", "bc") and ("ab", "c") apart.
    return f"{len(key_id)}:{key_id}:{label}".encode()


def seal(plaintext, *, label):
    """`plaintext` encrypted with the first key; two calls never give the same token."""
    key_id, cipher = next(iter(_keys(settings.PII_KEYS).items()))
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + cipher.encrypt(nonce, plaintext.encode(), _bound(key_id, label))
    return f"{key_id}:{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(token, *, label):
    """The text of a token made by `seal` under the same label. Raises `UnsealError`."""
    key_id, _colon, text = token.partition(":")
    cipher = _keys(settings.PII_KEYS).get(key_id)
    if cipher is None:
        raise UnsealError(f"no key for a value of {label}")
    try:
        sealed = base64.b64decode(text, altchars=b"-_", validate=True)
        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return cipher.decrypt(nonce, ciphertext, _bound(key_id, label)).decode()
    except (InvalidTag, binascii.Error, ValueError):
        raise UnsealError(f"a value of {label} does not open") from None


def needs_resealing(token):
    """Whether the token was made with another key than the first, so that a rotation should seal it again."""
    return token.partition(":")[0] != next(iter(_keys(settings.PII_KEYS)))


def blind_index(text, *, label):
    """64 hex digits that equal texts under one label share, for unique constraints and look-ups of sealed values.

    Normalise `text` first: the index knows only equal and different.
    """
    message = f"{len(label)}:{label}:{text}".encode()
    return hmac.new(_index_key(settings.PII_INDEX_KEY), message, hashlib.sha256).hexdigest()
