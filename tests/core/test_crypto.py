"""Personal data at rest."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from core.crypto import UnsealError, blind_index, needs_resealing, seal, unseal

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()
NIK = "3374010101900001"


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.PII_KEYS = OLD
    settings.PII_INDEX_KEY = base64.b64encode(b"i" * 32).decode()


def test_what_is_sealed_can_be_read_again_and_shows_nothing():
    token = seal(NIK, label="owner.nik")
    assert unseal(token, label="owner.nik") == NIK
    assert NIK not in token
    assert token.startswith("old:")
    assert unseal(seal("", label="x"), label="x") == ""
    assert unseal(seal("Bu Sri — “Wingko”", label="x"), label="x") == "Bu Sri — “Wingko”"


def test_two_sealings_differ():
    assert seal(NIK, label="owner.nik") != seal(NIK, label="owner.nik")


def test_a_token_opens_under_its_own_label_only():
    with pytest.raises(UnsealError) as caught:
        unseal(seal(NIK, label="owner.nik"), label="owner.npwp")
    assert NIK not in str(caught.value)


def test_every_changed_byte_is_seen():
    key_id, text = seal(NIK, label="a").split(":")
    sealed = base64.urlsafe_b64decode(text)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(UnsealError):
            unseal(f"{key_id}:{base64.urlsafe_b64encode(bytes(changed)).decode()}", label="a")


@pytest.mark.parametrize("token", ["", "old:", "old:!!", "old:AAAA", "gone:AAAA", NIK, "old:é"])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(UnsealError):
        unseal(token, label="a")


def test_keys_rotate_without_losing_old_rows(settings):
    token = seal(NIK, label="a")
    settings.PII_KEYS = f"{NEW}, {OLD}"
    assert unseal(token, label="a") == NIK
    assert needs_resealing(token)
    fresh = seal(NIK, label="a")
    assert fresh.startswith("new:")
    assert not needs_resealing(fresh)
    settings.PII_KEYS = NEW
    with pytest.raises(UnsealError):
        unseal(token, label="a")


def test_a_key_id_cannot_be_relabelled(settings):
    token = seal(NIK, label="a")
    settings.PII_KEYS = f"{OLD},twin:{OLD.partition(':')[2]}"
    with pytest.raises(UnsealError):
        unseal(token.replace("old:", "twin:"), label="a")


def test_the_index_is_equal_for_equals_only(settings):
    first = blind_index(NIK, label="owner.nik")
    assert first == blind_index(NIK, label="owner.nik")
    assert len(first) == 64
    assert first != blind_index(NIK, label="owner.npwp")
    assert first != blind_index(NIK[:-1] + "2", label="owner.nik")
    assert blind_index("bc", label="a") != blind_index("c", label="ab")
    settings.PII_INDEX_KEY = base64.b64encode(b"j" * 32).decode()
    assert first != blind_index(NIK, label="owner.nik")


@pytest.mark.parametrize(
    "keys",
    [
        "",
        "nokey",
        "a:short",
        "a:" + base64.b64encode(b"x" * 16).decode(),
        f"{OLD},{OLD}",
        "spa ce:" + OLD[4:],
        "a:é",
    ],
)
def test_wrong_keys_stop_the_portal(settings, keys):
    settings.PII_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        seal(NIK, label="a")


@pytest.mark.parametrize("key", ["", "???", base64.b64encode(b"x" * 31).decode()])
def test_a_wrong_index_key_stops_the_portal(settings, key):
    settings.PII_INDEX_KEY = key
    with pytest.raises(ImproperlyConfigured):
        blind_index(NIK, label="a")
