import json
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Channel, Purpose, Role
from accounts.models import ApiToken, Consent, ConsentText, CounterCode, DataRequest, User
from accounts.services import (
    answer_data_request,
    give_consent,
    grant_role,
    issue_counter_code,
    revoke_role,
    use_counter_code,
    withdraw_consent,
)
from core.models import AuditEntry, Message
from ikm.models import Business, Owner, Ownership, Representative

PASSWORD = "kata-sandi-panjang-1"


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


@pytest.fixture
def text(db):
    return ConsentText.objects.get_or_create(
        purpose=Purpose.PUBLISH,
        version=1,
        defaults={"text": "…", "text_en": "…", "in_force_from": "2020-01-01"},
    )[0]


def sign_up(client, **data):
    return client.post("/akun/signup/", {"name": "Siti Aminah", "password1": "tiga kata teringat", **data})


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        ({"phone": "0812 3456 7890"}, "081234567890"),
        ({"phone": "+62 812-3456-7890"}, "+6281234567890"),
        ({"email": "Siti@Contoh.id"}, "siti@contoh.id"),
    ],
)
def test_one_signs_up_by_phone_or_email_and_comes_in_again(client, typed, login):
    assert sign_up(client, **typed).status_code == 302
    user = User.objects.get(name="Siti Aminah")
    assert user.roles == {Role.ENTREPRENEUR}
    assert not user.is_staff
    client.post("/akun/logout/")
    response = client.post("/akun/login/", {"login": login, "password": "tiga kata teringat"})
    assert response.status_code == 302
    assert client.get("/data-saya/").status_code == 200


def test_neither_phone_nor_email_is_asked_for_with_a_sentence(client, db):
    response = sign_up(client)
    assert "Isi nomor ponsel atau surel" in response.content.decode()
    assert User.objects.count() == 0


def test_a_known_phone_cannot_sign_up_again(client, db):
    sign_up(client, phone="081234567890")
    client.post("/akun/logout/")
    assert sign_up(client, phone="+6281234567890").status_code == 200
    assert User.objects.count() == 1


def test_a_person_without_phone_and_email_cannot_exist(db):
    with pytest.raises(IntegrityError, match="accounts_user_email_or_phone"), transaction.atomic():
        User.objects.create(name="Tanpa alamat")


def test_wrong_password_and_unknown_account_look_alike_and_slow_only_that_account(client, person):
    user, neighbour = person(), person()
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
    pages = []
    for login in (user.email, "tidak-ada@contoh.id"):
        page = client.post("/akun/login/", {"login": login, "password": "salah-semua-ini"})
        pages.append(list(page.context["form"].non_field_errors()))
    assert pages[0] == pages[1] != []
    for _ in range(10):
        last = client.post("/akun/login/", {"login": user.email, "password": "salah-semua-ini"})
    right = client.post("/akun/login/", {"login": user.email, "password": PASSWORD})
    assert right.status_code == 200
    assert last.context["form"].errors
    assert client.post("/akun/login/", {"login": neighbour.email, "password": PASSWORD}).status_code == 302


def test_a_new_session_begins_at_login_and_a_password_change_ends_the_others(client, person):
    user = person()
    client.get("/akun/login/")
    before = client.session.session_key
    client.post("/akun/login/", {"login": user.email, "password": PASSWORD})
    assert client.session.session_key != before
    other = Client()
    other.post("/akun/login/", {"login": user.email, "password": PASSWORD})
    assert other.get("/data-saya/").status_code == 200
    changed = client.post(
        "/akun/password/change/",
        {"oldpassword": PASSWORD, "password1": "lain sekali kata ini", "password2": "lain sekali kata ini"},
    )
    assert changed.status_code == 302
    assert client.get("/data-saya/").status_code == 200
    assert other.get("/data-saya/").status_code == 302


def test_one_sees_where_one_is_signed_in_and_signs_out_everywhere_else(client, person):
    user, phone, neighbour = person(), Client(), Client()
    for browser, agent in (
        (client, "Mozilla/5.0 (Windows NT 10.0) Firefox/128.0"),
        (phone, "Mozilla/5.0 (Linux; Android 10) Chrome/126.0"),
    ):
        browser.post("/akun/login/", {"login": user.email, "password": PASSWORD}, HTTP_USER_AGENT=agent)
    other = person()
    neighbour.post("/akun/login/", {"login": other.email, "password": PASSWORD})
    page = client.get("/akun/sessions/").content.decode()
    assert "Firefox, Windows" in page
    assert "Chrome, Android" in page
    assert "Perangkat tidak dikenal" not in page  # the neighbour's
    assert ">2<" in client.get("/data-saya/").content.decode()
    assert client.post("/akun/sessions/").status_code == 302
    assert phone.get("/data-saya/").status_code == 302
    assert client.get("/data-saya/").status_code == 200
    assert neighbour.get("/data-saya/").status_code == 200
    assert "hanya masuk di perangkat ini" in client.get("/akun/sessions/").content.decode()


def test_an_unknown_account_costs_as_much_work_as_a_wrong_password(client, person, settings):
    """The time of an answer must not tell who has an account: each try reckons one password."""
    user = person()
    settings.PASSWORD_HASHERS = ["tests.accounts.test_accounts.CountingHasher"]
    user.set_password(PASSWORD)
    user.save()
    work = []
    for login in (user.email, "tidak-ada@contoh.id", "081299990000"):
        CountingHasher.reckoned = 0
        client.post("/akun/login/", {"login": login, "password": "salah-semua-ini"})
        work.append(CountingHasher.reckoned)
    assert work == [1, 1, 1]


class CountingHasher(MD5PasswordHasher):
    algorithm = "counted"
    reckoned = 0

    def encode(self, password, salt):
        CountingHasher.reckoned += 1
        return super().encode(password, salt)


def test_a_forgotten_password_leads_to_a_link_or_to_the_counter(client, person):
    user = person()
    page = client.get("/akun/password/reset/").content.decode()
    assert "/masuk/kode/" in page
    assert "Surel" in page
    known, unknown = (
        client.post("/akun/password/reset/", {"email": email})
        for email in (user.email, "tidak-ada@contoh.id")
    )
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_a_disabled_person_is_out_at_the_next_request(sign_in, person):
    user = person()
    client = sign_in(user)
    assert client.get("/data-saya/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/data-saya/").status_code == 302


def test_officials_need_a_second_factor_where_the_setting_says_so(sign_in, registrar, owner_user, settings):
    settings.OFFICIALS_NEED_SECOND_FACTOR = True
    assert sign_in(registrar).get("/data-saya/")["Location"] == "/akun/2fa/totp/activate/"
    assert sign_in(registrar).get("/kantor/")["Location"] == "/akun/2fa/totp/activate/"
    assert sign_in(owner_user).get("/data-saya/").status_code == 200
    TOTP.activate(registrar, generate_totp_secret())
    assert mfa_adapter().is_mfa_enabled(registrar)
    assert sign_in(registrar).get("/data-saya/").status_code == 200


def test_the_counter_code_signs_in_once_and_proves_the_phone(client, registrar):
    user = User.objects.create_user(phone="+6281234567890", name="Bu Siti")
    grant_role(user, Role.ENTREPRENEUR)
    code = issue_counter_code(user, actor=registrar)
    assert code not in str(CounterCode.objects.values())
    response = client.post("/masuk/kode/", {"login": "0812-3456-7890", "code": f"{code[:3]} {code[3:]}"})
    assert response["Location"] == "/akun/password/set/"
    user.refresh_from_db()
    assert user.phone_verified_at is not None
    again = Client().post("/masuk/kode/", {"login": "0812-3456-7890", "code": code})
    assert again.status_code == 200


def test_a_counter_code_ends_after_ten_minutes_and_after_five_tries(registrar, owner_user):
    code = issue_counter_code(owner_user, actor=registrar)
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert not use_counter_code(owner_user, code)
    code = issue_counter_code(owner_user, actor=registrar)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert not use_counter_code(owner_user, wrong)
    assert not use_counter_code(owner_user, code)
    assert not use_counter_code(None, code)


def test_a_counter_code_is_issued_by_officials_and_never_for_officials(registrar, verifier, owner_user):
    with pytest.raises(PermissionDenied):
        issue_counter_code(owner_user, actor=owner_user)
    with pytest.raises(ValidationError, match="bukan petugas"):
        issue_counter_code(verifier, actor=registrar)


def test_the_counter_page_makes_the_account_of_who_has_none(sign_in, registrar, stranger):
    assert sign_in(stranger).get("/kerja/kode-loket/").status_code == 403
    client = sign_in(registrar)
    nameless = client.post("/kerja/kode-loket/", {"phone": "081234567890"})
    assert "Tuliskan nama orangnya" in nameless.content.decode()
    page = client.post("/kerja/kode-loket/", {"phone": "081234567890", "name": "Bu Siti"})
    assert use_counter_code(User.objects.get(phone="+6281234567890"), page.context["code"])


def test_roles_are_given_and_ended_by_the_administrator_alone(administrator, registrar, owner_user):
    with pytest.raises(PermissionDenied):
        grant_role(owner_user, Role.AUDITOR, actor=registrar)
    grant_role(owner_user, Role.AUDITOR, actor=administrator)
    assert owner_user.has_perm("ikm.view_business")
    assert not owner_user.has_perm("ikm.register_business")
    assert owner_user.is_staff
    revoke_role(owner_user, Role.AUDITOR, actor=administrator)
    assert not User.objects.get(pk=owner_user.pk).is_staff


def test_the_auditor_reads_everything_and_writes_nothing(auditor):
    for permission in ("ikm.view_owner", "core.view_auditentry", "accounts.view_user"):
        assert auditor.has_perm(permission)
    for permission in (
        "ikm.change_business",
        "ikm.add_business",
        "accounts.grant_role",
        "ikm.view",
        "core.revoke_letter",
    ):
        assert not auditor.has_perm(permission)


@pytest.fixture
def business(owner_user):
    business = Business.objects.create(name="Batik Ayu")
    owner = Owner.objects.create(name="Siti Aminah", nik="3374014101900001")
    Ownership.objects.create(business=business, owner=owner)
    Representative.objects.create(user=owner_user, business=business, kind="owner", status="approved")
    return business


def test_a_consent_is_given_once_kept_with_its_words_and_withdrawn_at_once(
    business, owner_user, registrar, text
):
    consent = give_consent(business, Purpose.PUBLISH, actor=owner_user)
    assert give_consent(business, Purpose.PUBLISH, actor=owner_user) == consent
    assert consent.text == text
    assert withdraw_consent(business, Purpose.PUBLISH, actor=owner_user)
    assert not withdraw_consent(business, Purpose.PUBLISH, actor=owner_user)
    paper = give_consent(
        business, Purpose.PUBLISH, actor=registrar, channel=Channel.PAPER, given_by_name="Siti Aminah"
    )
    assert (paper.given_by, paper.recorded_by) == (None, registrar)


def test_each_purpose_is_agreed_to_and_withdrawn_by_itself(sign_in, business, owner_user, text):
    for purpose in Purpose:
        ConsentText.objects.get_or_create(
            purpose=purpose, version=1, defaults={"text": "…", "text_en": "…", "in_force_from": "2020-01-01"}
        )
        give_consent(business, purpose, actor=owner_user)
    bank = Consent.objects.get(purpose=Purpose.SHARE_WITH_BANK)
    sign_in(owner_user).post(f"/data-saya/persetujuan/{bank.pk}/tarik/")
    active = {purpose for purpose in Purpose if Consent.objects.active(purpose).exists()}
    assert active == set(Purpose) - {Purpose.SHARE_WITH_BANK}


def test_data_saya_shows_ones_own_and_nobody_elses(sign_in, business, owner_user, stranger, text):
    consent = give_consent(business, Purpose.PUBLISH, actor=owner_user)
    page = sign_in(owner_user).get("/data-saya/").content.decode()
    assert business.reference in page
    assert business.reference not in sign_in(stranger).get("/data-saya/").content.decode()
    assert sign_in(stranger).post(f"/data-saya/persetujuan/{consent.pk}/tarik/").status_code == 404
    assert sign_in(owner_user).post(f"/data-saya/persetujuan/{consent.pk}/tarik/").status_code == 302
    assert not Consent.objects.active(Purpose.PUBLISH).exists()


def test_the_export_holds_the_persons_data_readable_and_is_logged(sign_in, business, owner_user, stranger):
    mine = json.loads(sign_in(owner_user).post("/data-saya/unduh/").content)
    assert mine["account"]["reference"] == owner_user.reference
    assert mine["businesses"][0]["owners"][0]["nik"] == "3374014101900001"
    assert AuditEntry.objects.filter(action="accounts.export_my_data", actor=owner_user).exists()
    theirs = sign_in(stranger).post("/data-saya/unduh/").content.decode()
    assert "3374014101900001" not in theirs
    assert "Batik Ayu" not in theirs


def test_a_request_about_ones_data_is_answered_once_within_three_days(
    sign_in, owner_user, registrar, stranger
):
    sign_in(owner_user).post("/data-saya/permintaan/", {"kind": "correct", "detail": "Tanggal lahir keliru."})
    request = DataRequest.objects.get()
    assert request.due_at - request.asked_at == timedelta(hours=72)
    with pytest.raises(PermissionDenied):
        answer_data_request(request, actor=stranger, granted=True, answer="Ya.")
    answer_data_request(request, actor=registrar, granted=True, answer="Sudah diperbaiki.")
    assert Message.objects.get(recipient=owner_user).body == "Sudah diperbaiki."
    with pytest.raises(ValidationError, match="sudah dijawab"):
        answer_data_request(request, actor=registrar, granted=False, answer="Tidak.")


def test_the_back_office_answers_a_request(sign_in, owner_user, registrar):
    sign_in(owner_user).post("/data-saya/permintaan/", {"kind": "erase", "detail": "Hapus telepon lama."})
    request = DataRequest.objects.get()
    url = f"/kantor/accounts/datarequest/{request.pk}/change/"
    assert sign_in(registrar).post(url, {"answer": "Sudah dihapus.", "_grant": "x"}).status_code == 302
    request.refresh_from_db()
    assert (request.status, request.answered_by) == ("granted", registrar)


def test_only_the_hash_of_an_api_token_is_kept_and_a_revoked_one_is_refused(client, partner, administrator):
    token, key = ApiToken.issue(partner, label="uji")
    assert key not in str(ApiToken.objects.values())
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get("/api/v1/schema/", headers=headers).status_code == 200
    ApiToken.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
    assert client.get("/api/v1/schema/", headers=headers).status_code == 401


def test_a_partner_comes_in_at_the_guide_of_the_api_and_sees_no_page_of_entrepreneurs(
    person, sign_in, owner_user
):
    partner = sign_in(person(Role.PARTNER))
    assert partner.get(reverse("home_after_login"))["Location"] == reverse("api_start")
    page = partner.get(reverse("inbox")).content.decode()
    assert f'href="{reverse("my_businesses")}"' not in page
    owner = sign_in(owner_user)
    assert owner.get(reverse("home_after_login"))["Location"] == reverse("my_businesses")
    assert f'href="{reverse("my_businesses")}"' in owner.get(reverse("inbox")).content.decode()
