"""Credit and programme in the back office."""

import pytest
from django.apps import apps
from django.urls import reverse

from accounts.enums import Role
from core.models import AuditEntry
from credit.models import (
    Application,
    ClaimLine,
    EligibilityRule,
    FundPlacement,
    Loan,
    SchemeVersion,
    SubsidyClaim,
)
from programme.models import BudgetLine
from programme.services.budget import reserve_budget
from tests.credit import lent, records
from tests.ikm.test_admin import form_data, url

pytestmark = pytest.mark.django_db

MODELS = [
    model
    for name in ("programme", "credit")
    for model in apps.get_app_config(name).get_models()
    if not any(field.name.startswith("pgh_") for field in model._meta.fields)
]


@pytest.fixture
def loan(application, bapas):
    return lent.loan(application("disbursed", bank=bapas))


@pytest.fixture
def full(loan, bapas, officer):
    """Rows in most tables."""
    reserve_budget(loan.application.reference, code=records.BUDGET_CODE, by_year={2026: 100_000})
    claim = SubsidyClaim.objects.create(
        bank=bapas, scheme=loan.scheme_version.scheme, month="2026-02-01", uploaded_by=officer
    )
    ClaimLine.objects.create(claim=claim, number=1, loan=loan, claimed_days=28, claimed=1000, computed=900)
    FundPlacement.objects.create(
        scheme=claim.scheme, bank=bapas, placed_on="2017-01-17", amount=7_000_000_000, document="SP2D 1"
    )
    return loan


def test_every_list_and_every_row_opens_in_few_queries(
    full, administrator, sign_in, django_assert_max_num_queries
):
    client = sign_in(administrator)
    looked_at = 0
    for model in MODELS:
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


def test_no_page_shows_an_account_number(full, administrator, sign_in):
    client = sign_in(administrator)
    pages = [url(Loan, "changelist"), url(Loan, "change", full.pk), url(Loan, "history", full.pk)]
    for page in pages:
        text = client.get(page).content.decode()
        assert full.account_number not in text
    exported = b"".join(client.get(url(Loan, "export", "csv")).streaming_content).decode()
    assert full.account_number not in exported
    assert full.reference in exported


def test_a_version_is_written_with_its_rules_until_somebody_applied(wibawa, application, approver, sign_in):
    client = sign_in(approver)
    page = url(SchemeVersion, "change", wibawa.pk)
    assert "seluruhnya masih dapat diubah" in client.get(page).content.decode()
    data = form_data(client, page) | {"annual_rate": "4"}
    formset = client.get(page).context["inline_admin_formsets"][0].formset
    for form in formset:
        for field in form.visible_fields() + form.hidden_fields():
            data[field.html_name] = "" if field.value() is None else field.value()
    answer = client.post(page, data)
    assert answer.status_code == 302, answer.context["errors"]
    wibawa.refresh_from_db()
    assert wibawa.annual_rate == 4
    assert AuditEntry.objects.filter(action="credit.change_schemeversion").exists()

    application("draft")
    text = client.get(page).content.decode()
    assert "jadi isinya tetap" in text
    assert 'name="annual_rate"' not in text
    assert 'name="rules-0-limit"' not in text
    data = form_data(client, page) | {"annual_rate": "9", "in_force_until": "2030-12-31"}
    assert client.post(page, data).status_code == 302
    wibawa.refresh_from_db()
    assert (wibawa.annual_rate, str(wibawa.in_force_until)) == (4, "2030-12-31")


def test_a_version_keeps_the_rules_of_its_columns(wibawa, approver, sign_in):
    client = sign_in(approver)
    page = url(SchemeVersion, "change", wibawa.pk)
    answer = client.post(page, form_data(client, page) | {"unsecured_max": "90000000"})
    assert "tidak boleh melebihi plafon dengan agunan" in answer.content.decode()
    answer = client.post(page, form_data(client, page) | {"allocation": "interest,principal"})
    assert "Sebut keempatnya sekali" in answer.content.decode()


def test_a_budget_line_shows_what_is_reserved_and_free(full, person, sign_in):
    client = sign_in(person(Role.PROGRAMME_OFFICER))
    line = BudgetLine.objects.get(code=records.BUDGET_CODE, year=2026)
    text = client.get(url(BudgetLine, "change", line.pk)).content.decode()
    assert "Rp499.900.000" in text
    assert 'name="reserved"' not in text
    page = url(BudgetLine, "change", line.pk)
    refused = client.post(page, form_data(client, page) | {"ceiling": "1000"})
    assert "Pagu tidak cukup" in refused.content.decode()
    assert client.post(page, form_data(client, page) | {"ceiling": "600000000"}).status_code == 302
    line.refresh_from_db()
    assert line.free == 599_900_000


def test_who_sees_and_who_writes(full, owner_user, partner, officer, person, sign_in):
    for user in (owner_user, partner):
        assert sign_in(user).get(url(Application, "changelist")).status_code == 302
    assert sign_in(person(Role.GALLERY_CURATOR)).get(url(Application, "changelist")).status_code == 403
    client = sign_in(officer)
    assert client.get(url(Application, "changelist")).status_code == 200
    assert client.get(url(SchemeVersion, "add")).status_code == 403
    for model in (Application, Loan, SubsidyClaim, EligibilityRule):
        assert client.get(url(model, "add")).status_code == 403


def test_a_list_is_taken_out_with_a_line_in_the_trail(full, officer, auditor, sign_in):
    client = sign_in(officer)
    taken = b"".join(client.get(url(Application, "export", "xlsx")).streaming_content)
    assert taken.startswith(b"PK")
    entry = AuditEntry.objects.get(action="credit.export_application")
    assert (entry.actor, entry.detail["count"]) == (officer, 1)
    assert sign_in(auditor).get(url(Application, "export", "csv")).status_code == 403


def test_banks_are_found_while_typing(bapas, approver, sign_in):
    address = reverse("admin:autocomplete")
    query = {"app_label": "credit", "model_name": "fundplacement", "field_name": "bank", "term": "Pasar"}
    assert bapas.name in sign_in(approver).get(address, query).content.decode()


def test_only_who_knows_the_accounts_says_who_speaks_for_a_bank(
    bapas, approver, administrator, stranger, sign_in
):
    client = sign_in(approver)
    page = url(type(bapas), "change", bapas.pk)
    data = form_data(client, page) | {"partners": [stranger.pk]}
    assert client.post(page, data).status_code == 302
    assert stranger not in bapas.partners.all()
    client = sign_in(administrator)
    assert client.post(page, form_data(client, page) | {"partners": [stranger.pk]}).status_code == 302
    assert stranger in bapas.partners.all()


def test_a_claim_is_counted_and_sent_back_from_here(full, officer, sign_in):
    claim = SubsidyClaim.objects.get()
    client = sign_in(officer)
    page = client.get(url(SubsidyClaim, "change", claim.pk)).content.decode()
    assert reverse("credit_claim", args=[claim.reference]) in page
    client.post(reverse("admin:credit_subsidyclaim_step", args=[claim.pk, "check"]))
    client.post(reverse("admin:credit_subsidyclaim_step", args=[claim.pk, "return"]), {"note": "Perbaiki"})
    claim.refresh_from_db()
    assert claim.status == "returned"
    assert 'value="agree"' not in page
