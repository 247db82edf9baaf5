"""What a password must be: BSSN's values for officials, length and a breach list for everybody."""

import hashlib
from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils import timezone

from accounts.models import User
from accounts.passwords import NotKnown, is_breached, kinds
from tests.test_house import manage, production_environment

GOOD = "bandeng kayu senja"


def refusal(password, user=None):
    """The code of the first refusal of `password`, "" when it is taken."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return error.error_list[0].code
    return ""


def test_the_public_needs_twelve_characters_and_no_kinds(owner_user):
    assert refusal("hujan senja") == "password_too_short"  # 11
    assert refusal("hujan senjaa") == ""
    assert refusal(GOOD, owner_user) == ""


def test_officials_need_three_kinds_of_characters(registrar, settings):
    assert refusal(GOOD, registrar) == "password_too_plain"
    assert refusal("Bandeng kayu senja", registrar) == ""
    settings.PASSWORD_POLICIES = settings.PASSWORD_POLICIES | {
        "official": {"min_length": 16, "min_kinds": 4, "max_days": 0}
    }
    assert refusal("Bandeng kayu senja", registrar) == "password_too_plain"
    assert refusal("Bandeng 4 kayu", registrar) == "password_too_short"
    assert refusal("Bandeng 4 kayu senja", registrar) == ""


def test_kinds_are_counted():
    assert [kinds(text) for text in ("aaa", "aA", "aA1", "aA1 ", "  ")] == [1, 2, 3, 4, 1]


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "Password!2026", "P@ssw0rd2026!!", "rahasia123456", "sayangsayang", "Semarang2026!",
        "portal-ikm-semarang", "kota-semarang-2017", "ab12ab12ab12", "aaaaaaaaaaaa", "081234567890",
        "3374014101900001", "17-08-1945-2026", "qwertyuiop123", "motherfucker",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused(password):
    assert refusal(password) == "password_known"


@pytest.mark.parametrize(
    "password", [GOOD, "sapi biru menari", "tiga kata teringat", "kota lama hujan deras", "Xk3!vv09-plumbum"]
)
def test_what_nobody_guesses_is_taken(password):
    assert not NotKnown().is_common(password)


def test_a_password_is_not_ones_own_name_or_number(person):
    siti = person(name="Siti Rahayuningsih")
    assert refusal("siti rahayuningsih", siti) == "password_too_similar"
    assert refusal(siti.email, siti) == "password_too_similar"


def test_a_breach_list_is_searched_from_its_first_to_its_last_line(tmp_path, settings):
    known = [f"bocor nomor {number}" for number in range(300)]
    hashes = sorted(hashlib.sha1(one.encode()).hexdigest().upper() for one in known)
    path = tmp_path / "bocor.txt"
    path.write_text("".join(f"{one}:{number}\n" for number, one in enumerate(hashes)))
    assert all(is_breached(one, path) for one in known)
    assert not any(is_breached(f"{one}!", path) for one in known)
    assert not is_breached(known[0], "")
    assert refusal(known[7]) == ""
    settings.BREACHED_PASSWORDS = str(path)
    assert refusal(known[7]) == "password_known"
    (tmp_path / "leer.txt").write_text("")
    assert not is_breached(known[0], tmp_path / "leer.txt")


def test_a_breach_list_that_is_not_there_stops_the_start(tmp_path):
    done = manage(
        "check", environment=production_environment() | {"BREACHED_PASSWORDS": str(tmp_path / "tiada")}
    )
    assert done.returncode != 0
    assert ImproperlyConfigured.__name__ in done.stderr


def test_the_page_refuses_with_the_sentence_and_the_old_password_is_no_new_one(sign_in, registrar):
    client = sign_in(registrar)

    def change(new):
        data = {"oldpassword": "kata-sandi-panjang-1", "password1": new, "password2": new}
        return client.post("/akun/password/change/", data)

    assert "Kata sandi petugas memuat paling sedikit 3" in change(GOOD).content.decode()
    assert "mudah ditebak" in change("Semarang-2026").content.decode()
    assert "sama dengan yang lama" in change("kata-sandi-panjang-1").content.decode()
    assert change("Bandeng kayu senja").status_code == 302


def test_an_officials_password_ends_after_its_term_and_a_citizens_does_not(
    sign_in, registrar, owner_user, settings
):
    settings.PASSWORD_POLICIES = settings.PASSWORD_POLICIES | {
        "official": {"min_length": 12, "min_kinds": 3, "max_days": 90}
    }
    assert sign_in(registrar).get("/kerja/").status_code == 200
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=90, seconds=1))
    answer = sign_in(registrar).get("/kerja/", follow=True)
    assert answer.redirect_chain == [("/akun/password/change/", 302)]
    assert "Masa berlaku kata sandi Anda sudah habis" in answer.content.decode()
    assert sign_in(registrar).get("/kantor/").status_code == 302
    assert sign_in(owner_user).get("/usaha/").status_code == 200
    registrar.set_password("Bandeng kayu senja")
    registrar.save()
    assert sign_in(registrar).get("/kerja/").status_code == 200


def test_production_sets_the_term(tmp_path):
    code = "from semarang_ikm.settings import PASSWORD_POLICIES as p; print(p['official']['max_days'], p['public']['max_days'])"
    done = manage("shell", "-c", code, environment=production_environment())
    assert done.stdout.split()[-2:] == ["90", "0"], done.stderr


def test_the_rules_are_told_beforehand():
    assert len(password_validators_help_texts()) == 4
    assert "12 karakter" in password_validators_help_texts()[0]
