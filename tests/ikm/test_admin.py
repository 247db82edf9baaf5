import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.enums import Role
from accounts.models import ApiToken
from core.admin import BoundedPaginator, OfficeAdmin, counts_versions
from core.column_names import NAMES
from core.models import AuditEntry, Message, SavedFilter, Signatory, Tariff
from ikm.enums import BusinessStatus
from ikm.models import Business, Licence, Owner, Product, YearlyFigure
from ikm.services.duplicates import find_all_pairs
from ikm.services.merges import merge_businesses
from tests.ikm import entries
from tests.rooms import ROOMS
from training.models import SessionEquipment

#: Rows that are kept on the page of the row they belong to.
ON_ANOTHER_PAGE = {SessionEquipment}
MODELS = [
    model
    for name in ROOMS
    for model in apps.get_app_config(name).get_models()
    if not any(field.name.startswith("pgh_") for field in model._meta.fields) and model not in ON_ANOTHER_PAGE
]
#: What the libraries keep about how people sign in.
SIGN_IN = [EmailAddress, Authenticator, UserSession]
IDS = [model._meta.label for model in MODELS]


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def business(owner_user, registrar):
    return entries.registered(owner_user, registrar, name="Batik Sekar Jagad", nib="1234567890123")


@pytest.fixture
def full(business, stranger, registrar):
    """Rows in most tables."""
    other = entries.registered(stranger, registrar, name="UD Batik Sekar Jagat")
    Licence.objects.create(business=business, kind="other", number="A-1")
    Signatory.objects.create(name="Contoh", post="Kepala", unit="Dinas", in_force_from="2020-01-01")
    find_all_pairs()
    merge_businesses(business, other, actor=registrar, choices={})
    return business


def url(model, view, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


# --- House rules ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_every_model_is_kept_by_the_rules_of_the_house(model, rf, administrator):
    model_admin = admin.site.get_model_admin(model)
    assert isinstance(model_admin, OfficeAdmin)
    assert not model_admin.list_editable
    assert not model_admin.date_hierarchy
    assert not model_admin.show_full_result_count
    assert model_admin.list_filter
    assert model_admin.get_paginator(None, [], 1).__class__ is BoundedPaginator
    request = rf.get("/")
    request.user = administrator
    shown = [field for field in model._meta.fields if field.name in model_admin.get_list_display(request)]
    for field in shown:
        if field.is_relation:
            assert field.name in str(model_admin.list_select_related), field.name
    read = {name for _title, options in model_admin.get_fieldsets(request) for name in options["fields"]}
    for field in model._meta.fields:
        if field in shown or field.name in read:
            named = field._verbose_name is not None or field.name in NAMES
            assert named, f"{field.name} has no Indonesian name"
    if model_admin.has_add_permission(request) or model_admin.has_change_permission(request):
        form = model_admin.get_form(request)
        for name in form.base_fields:
            field = next((field for field in model._meta.get_fields() if field.name == name), None)
            if isinstance(field, models.ForeignKey | models.ManyToManyField):
                assert name in model_admin.autocomplete_fields, name
            assert name != "status" or not hasattr(model, "STEPS")


def test_no_other_table_stands_in_the_back_office():
    """A library's own page would know none of these rules."""
    assert set(admin.site._registry) == {*MODELS, *SIGN_IN}
    assert all(isinstance(kept, OfficeAdmin) and kept.list_filter for kept in admin.site._registry.values())


def test_every_list_goes_out_as_excel_and_csv_and_leaves_a_line(full, administrator, auditor, sign_in):
    for model in (*MODELS, *SIGN_IN):
        model_admin = admin.site.get_model_admin(model)
        for kind in model_admin.export_kinds:
            export = url(model, "export", kind)
            answer = sign_in(administrator).get(export)
            assert answer.status_code == 200, model
            sent = b"".join(answer.streaming_content)
            assert sent, (model, kind)
            detail = AuditEntry.objects.filter(action=model_admin.export_action).latest("number").detail
            assert detail["kind"] == kind
            assert sign_in(auditor).get(export).status_code == 403, model
    assert AuditEntry.objects.filter(action="ikm.export_owner", actor=administrator).count() == 2


def test_every_filter_of_every_list_narrows_without_a_fault(full, administrator, sign_in):
    client = sign_in(administrator)
    tried = 0
    for model in (*MODELS, *SIGN_IN):
        page = client.get(url(model, "changelist"))
        changes = page.context["cl"]
        for one in changes.filter_specs:
            choice = list(one.choices(changes))[-1]
            assert client.get(url(model, "changelist") + choice["query_string"]).status_code == 200, (
                model,
                one.title,
            )
            tried += 1
    assert tried > 60


def test_how_people_sign_in_is_seen_without_the_secrets(registrar, auditor, administrator, sign_in, client):
    secret = generate_totp_secret()
    TOTP.activate(registrar, secret)
    kept = Authenticator.objects.get(user=registrar)
    assert secret not in str(kept.data)
    assert TOTP(kept).validate_code(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    client.post("/akun/login/", {"login": registrar.email, "password": "kata-sandi-panjang-1"})
    session = UserSession.objects.create(
        user=registrar, ip="127.0.0.1", session_key="k" * 32, user_agent="Firefox Linux"
    )
    for official in (auditor, administrator):
        client = sign_in(official)
        for row, name in ((kept, "Authenticator"), (session, "UserSession")):
            for page in (url(type(row), "changelist"), url(type(row), "change", row.pk)):
                text = client.get(page).content.decode()
                assert registrar.name in text, name
                for hidden in (secret, str(kept.data["secret"]), session.session_key):
                    assert hidden not in text
    assert sign_in(auditor).post(url(Authenticator, "delete", kept.pk), {"post": "yes"}).status_code == 403
    assert sign_in(auditor).post(url(UserSession, "delete", session.pk), {"post": "yes"}).status_code == 403


def test_an_administrator_helps_who_lost_the_phone(registrar, administrator, sign_in):
    TOTP.activate(registrar, generate_totp_secret())
    RecoveryCodes.activate(registrar)
    kept = Authenticator.objects.get(user=registrar, type="totp")
    assert sign_in(registrar).post(url(Authenticator, "delete", kept.pk), {"post": "yes"}).status_code == 403
    assert (
        sign_in(administrator).post(url(Authenticator, "delete", kept.pk), {"post": "yes"}).status_code == 302
    )
    assert not Authenticator.objects.filter(user=registrar).exists()
    assert "dilepas" in Message.objects.get(recipient=registrar).title
    assert AuditEntry.objects.filter(
        action="accounts.remove_second_factor", subject=registrar.reference
    ).exists()


def test_an_administrator_ends_a_session(owner_user, administrator, sign_in):
    browser = Client()
    browser.post("/akun/login/", {"login": owner_user.email, "password": "kata-sandi-panjang-1"})
    session = UserSession.objects.get(user=owner_user)
    assert browser.get("/usaha/").status_code == 200
    assert (
        sign_in(administrator).post(url(UserSession, "delete", session.pk), {"post": "yes"}).status_code
        == 302
    )
    assert browser.get("/usaha/").status_code == 302
    assert AuditEntry.objects.filter(action="accounts.end_session", subject=owner_user.reference).exists()


def test_a_bulk_action_first_shows_whom_it_concerns(partner, administrator, sign_in):
    first, second, other = (ApiToken.issue(partner, label=label)[0] for label in ("Satu", "Dua", "Tiga"))
    client = sign_in(administrator)
    action = next(
        name
        for name in admin.site.get_model_admin(ApiToken).get_actions(request_of(administrator))
        if "revoke" in name
    )
    asked = {"action": action, "_selected_action": [first.pk, second.pk]}
    page = client.post(url(ApiToken, "changelist"), asked).content.decode()
    assert "Tindakan ini mengenai 2 baris" in page
    assert "Satu" in page
    assert "Tiga" not in page
    assert not ApiToken.objects.filter(revoked_at__isnull=False).exists()
    assert client.post(url(ApiToken, "changelist"), asked | {"confirmed": "x"}).status_code == 302
    assert set(ApiToken.objects.filter(revoked_at__isnull=True)) == {other}


def request_of(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_every_list_and_every_row_opens_in_few_queries(
    full, administrator, sign_in, django_assert_max_num_queries
):
    client = sign_in(administrator)
    looked_at = 0
    for model in (*MODELS, *SIGN_IN):
        with django_assert_max_num_queries(12):
            answer = client.get(url(model, "changelist"))
        assert answer.status_code == 200, model
        row = model._default_manager.first()
        if row is None:
            continue
        looked_at += 1
        assert client.get(url(model, "change", row.pk)).status_code == 200, model
        assert client.get(url(model, "history", row.pk)).status_code == 200, model
    assert looked_at > 15


def test_a_longer_list_takes_no_more_queries(business, administrator, sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = sign_in(administrator)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(url(Business, "changelist"))
        return len(captured)

    queries()
    few = queries()
    Business.objects.bulk_create(
        Business(
            reference=f"IKM-TEST-{number:04d}", name=f"Usaha {number}", address="Jl. A", kelurahan=business.kelurahan,
            main_kbli=business.main_kbli, status="registered", registered_on="2020-01-01",
        )
        for number in range(60)
    )  # fmt: skip
    assert queries() == few <= 12


def test_a_long_list_says_that_it_is_cut(business, administrator, sign_in, monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "most", 1)
    page = sign_in(administrator).get(url(Business, "changelist")).content.decode()
    assert "atau lebih. Persempit" in page


def test_no_page_of_the_back_office_is_for_strangers(business, owner_user, partner, auditor, sign_in, client):
    assert client.get("/kantor/").status_code == 302
    for user in (owner_user, partner):
        assert sign_in(user).get("/kantor/").status_code == 302
    client = sign_in(auditor)
    assert client.get("/kantor/").status_code == 200
    change = url(Business, "change", business.pk)
    assert client.get(change).status_code == 200
    assert client.post(change, {"name": "Lain"}).status_code == 403
    assert client.get(url(Business, "export", "csv")).status_code == 403


def test_the_front_page_leads_to_the_desk(registrar, sign_in):
    page = sign_in(registrar).get("/kantor/").content.decode()
    for name in ("office", "duplicates", "letter_requests"):
        assert reverse(name) in page


def test_a_filter_of_a_list_is_kept_under_a_name_by_each_for_oneself(
    business, registrar, verifier, owner_user, sign_in
):
    keep = url(Business, "keep_filter")
    client = sign_in(registrar)
    asked = {"name": "Kecil terdaftar", "query": "status__exact=registered&scale__exact=small"}
    assert client.post(keep, asked)["Location"].endswith("?status__exact=registered&scale__exact=small")
    kept = SavedFilter.objects.get()
    assert (kept.user, kept.page) == (registrar, "ikm.business")
    page = client.get(url(Business, "changelist")).content.decode()
    assert "?status__exact=registered&amp;scale__exact=small" in page
    assert "Kecil terdaftar" not in client.get(url(Owner, "changelist")).content.decode()
    assert "sudah dipakai" in client.post(keep, asked, follow=True).content.decode()
    assert "Belum ada saringan" in client.post(keep, {"name": "Kosong"}, follow=True).content.decode()
    assert client.get(keep).status_code == 405
    forget = url(Business, "forget_filter", kept.pk)
    assert sign_in(verifier).post(forget).status_code == 404
    assert "Kecil terdaftar" not in sign_in(verifier).get(url(Business, "changelist")).content.decode()
    assert sign_in(owner_user).post(keep, asked).status_code == 302
    assert SavedFilter.objects.count() == 1
    sign_in(registrar).post(forget)
    assert not SavedFilter.objects.exists()


# --- Looking up -------------------------------------------------------------------------------------------------------


def test_a_business_is_found_by_what_names_it(business, registrar, sign_in):
    owner = business.ownerships.get().owner
    client = sign_in(registrar)
    other = entries.submitted(another_entrepreneur(), name="Tahu Bakso", phone="+628777777777")
    for text in (business.reference.lower(), "1234567890123", owner.nik, "sekar jagad"):
        page = client.get(url(Business, "changelist"), {"q": text}).content.decode()
        assert business.name in page, text
        assert other.name not in page, text


def another_entrepreneur():
    """Another entrepreneur."""
    from accounts.models import User
    from accounts.services import grant_role

    user = User.objects.create_user(email="lain@contoh.id", password="kata-sandi-panjang-1")
    grant_role(user, Role.ENTREPRENEUR)
    return user


def test_nik_is_shown_only_for_a_reason_that_is_kept(business, registrar, auditor, sign_in):
    owner = business.ownerships.get().owner
    client = sign_in(registrar)
    for page in (url(Owner, "changelist"), url(Owner, "change", owner.pk), url(Owner, "history", owner.pk)):
        text = client.get(page).content.decode()
        assert owner.nik not in text
    assert "••••••••" in client.get(url(Owner, "change", owner.pk)).content.decode()
    reveal = reverse("admin:ikm_owner_nik", args=[owner.pk])
    assert client.get(reveal).status_code == 200
    short = client.post(reveal, {"reason": "x"})
    assert short.status_code == 400
    assert owner.nik not in short.content.decode()
    assert owner.nik in client.post(reveal, {"reason": "Mencocokkan dengan KTP asli"}).content.decode()
    assert AuditEntry.objects.filter(action="ikm.owner.reveal_nik", subject=owner.reference).count() == 1
    assert sign_in(auditor).get(reveal).status_code == 403


# --- Writing ----------------------------------------------------------------------------------------------------------


def form_data(client, page):
    """What a browser would send back unchanged."""
    form = client.get(page).context["adminform"].form
    data = {}
    for name in form.fields:
        value = form[name].value()
        data[name] = "" if value is None or value is False else value
    for inline in client.get(page).context["inline_admin_formsets"]:
        for field in inline.formset.management_form:
            data[field.html_name] = field.value()
    return {name: value for name, value in data.items() if value != []}


def test_an_official_corrects_a_business_and_the_history_tells(business, registrar, sign_in):
    client = sign_in(registrar)
    page = url(Business, "change", business.pk)
    data = form_data(client, page) | {"name": "Batik Sekar Baru", "new_npwp": "09.123.456.7-502.000"}
    answer = client.post(page, data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    business.refresh_from_db()
    assert business.name == "Batik Sekar Baru"
    assert business.npwp == "0091234567502000"
    told = client.get(url(Business, "history", business.pk)).content.decode()
    assert "Batik Sekar Jagad → Batik Sekar Baru" in told
    assert "Rina Petugas" in told
    assert "0091234567502000" not in told
    assert AuditEntry.objects.filter(action="ikm.change_business", subject=business.reference).exists()


def test_a_stale_save_is_refused_and_shows_both_values(business, registrar, sign_in):
    client = sign_in(registrar)
    page = url(Business, "change", business.pk)
    data = form_data(client, page) | {"name": "Ketikan saya"}
    business.name = "Ketikan rekan"
    business.save()
    refused = client.post(page, data)
    text = refused.content.decode()
    assert "diubah orang lain" in text
    assert "Ketikan saya" in text
    assert "Kini tersimpan: Ketikan rekan" in text
    business.refresh_from_db()
    assert business.name == "Ketikan rekan"
    # Saved again in full knowledge.
    data["row_version"] = refused.context["adminform"].form["row_version"].value()
    assert client.post(page, data).status_code == 302
    business.refresh_from_db()
    assert business.name == "Ketikan saya"


@pytest.mark.parametrize("model", [Business, Owner, YearlyFigure, Licence], ids=lambda model: model.__name__)
def test_versions_are_watched_where_people_meet(model):
    assert counts_versions(model)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"nib": "123"}, "NIB terdiri atas 13 angka"),
        ({"nib": "9999999999999"}, "NIB ini sudah tercatat"),
        ({"address": ""}, "Nama, alamat, kelurahan, dan KBLI utama harus diisi"),
        ({"latitude": "1", "longitude": "1"}, "di luar Kota Semarang"),
        ({"new_npwp": "12"}, "NPWP"),
    ],
)
def test_rules_speak_in_sentences(business, stranger, registrar, sign_in, change, sentence):
    entries.submitted(stranger, name="Usaha lain", nib="9999999999999")
    client = sign_in(registrar)
    page = url(Business, "change", business.pk)
    answer = client.post(page, form_data(client, page) | change)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()


def test_a_known_nik_is_not_written_twice(business, stranger, registrar, sign_in):
    known = business.ownerships.get().owner
    other = entries.submitted(stranger).ownerships.get().owner
    client = sign_in(registrar)
    page = url(Owner, "change", other.pk)
    answer = client.post(page, form_data(client, page) | {"new_nik": known.nik})
    assert "NIK ini sudah tercatat" in answer.content.decode()
    fresh = entries.new_nik()
    assert client.post(page, form_data(client, page) | {"new_nik": fresh}).status_code == 302
    assert Owner.objects.with_blind(nik=fresh).get() == other


def test_figures_go_through_the_service(business, registrar, sign_in):
    client = sign_in(registrar)
    data = {
        "business": business.pk, "year": 2026, "period": "first_half", "stated_on": "2026-06-30", "men_workers": 30,
        "women_workers": 0, "investment": "2000000000",
    }  # fmt: skip
    answer = client.post(url(YearlyFigure, "add"), data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    figure = YearlyFigure.objects.get(business=business, period="first_half")
    assert (figure.scale, figure.source, figure.recorded_by) == ("medium", "official", registrar)
    again = client.post(url(YearlyFigure, "add"), data)
    assert "Angka untuk periode ini sudah ada" in again.content.decode()
    page = url(YearlyFigure, "change", figure.pk)
    saved = client.post(page, form_data(client, page) | {"men_workers": 5, "women_workers": 3})
    assert saved.status_code == 302
    figure.refresh_from_db()
    assert (figure.workers, figure.scale) == (8, "medium")
    none = client.post(page, form_data(client, page) | {"men_workers": 0, "women_workers": 0})
    assert "paling sedikit satu pekerja" in none.content.decode()


def test_a_year_is_written_as_a_year(business, registrar, sign_in):
    client = sign_in(registrar)
    figure = YearlyFigure.objects.filter(business=business).first()
    pages = [
        url(YearlyFigure, "changelist"),
        url(YearlyFigure, "change", figure.pk),
        url(Business, "change", business.pk),
    ]
    for page in pages:
        text = client.get(page).content.decode()
        assert str(figure.year) in text
        assert f"{figure.year:,}".replace(",", ".") not in text


def test_products_reach_the_business(business, registrar, sign_in):
    client = sign_in(registrar)
    answer = client.post(url(Product, "add"), {"business": business.pk, "name": "Kain lurik"})
    assert answer.status_code == 302
    business.refresh_from_db()
    assert "Kain lurik" in business.product_words
    product = Product.objects.get(name="Kain lurik")
    client.post(url(Product, "delete", product.pk), {"post": "yes"})
    business.refresh_from_db()
    assert "Kain lurik" not in business.product_words


def test_a_licence_number_is_checked(business, registrar, sign_in):
    client = sign_in(registrar)
    data = {"business": business.pk, "kind": "merek", "number": "IDM1"}
    assert "IDM diikuti 9 angka" in client.post(url(Licence, "add"), data).content.decode()
    assert client.post(url(Licence, "add"), data | {"number": "idm 000984301"}).status_code == 302
    assert business.licences.get().number == "IDM000984301"


def test_steps_are_buttons_and_say_why_not(business, owner_user, registrar, verifier, sign_in):
    client = sign_in(registrar)
    page = client.get(url(Business, "change", business.pk)).content.decode()
    step = reverse("admin:ikm_business_step", args=[business.pk, "close"])
    assert step in page
    answer = client.post(step, {"note": ""}, follow=True)
    assert "Tuliskan alasannya" in answer.content.decode()
    client.post(step, {"note": "Pemilik pensiun"})
    business.refresh_from_db()
    assert business.status == BusinessStatus.CLOSED
    assert "Pemilik pensiun" in client.get(url(Business, "history", business.pk)).content.decode()
    assert client.get(step).status_code == 405
    refused = sign_in(verifier).post(
        reverse("admin:ikm_business_step", args=[business.pk, "reopen"]), {"note": "Coba"}, follow=True
    )
    assert "Peran Anda tidak mencakup" in refused.content.decode()


def test_a_merged_file_is_only_looked_at(full, administrator, sign_in):
    merged = Business.objects.get(status=BusinessStatus.MERGED)
    client = sign_in(administrator)
    assert client.get(url(Business, "change", merged.pk)).status_code == 200
    assert client.post(url(Business, "change", merged.pk), {"name": "X"}).status_code == 403


def test_amounts_of_the_law_are_rows(administrator, sign_in, db):
    client = sign_in(administrator)
    tariff = Tariff.objects.get(code="merek.umk")
    page = url(Tariff, "change", tariff.pk)
    assert client.post(page, form_data(client, page) | {"in_force_until": "2000-01-01"}).status_code == 200
    assert client.post(page, form_data(client, page) | {"in_force_until": "2030-12-31"}).status_code == 302
