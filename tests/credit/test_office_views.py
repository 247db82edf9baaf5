"""The officials' pages of credit and the public queue: who sees what, what a press does, how many statements a page costs."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from core.indonesia import add_working_days, is_working_day
from core.models import StepLine
from credit.deadlines import due_on
from credit.enums import ApplicationStatus
from credit.models import Application, Loan, Reason
from credit.places import NOT_MET, place_of
from ikm import queue
from ikm.enums import VisitStatus
from ikm.models import Visit
from programme.models import BudgetLine
from tests.credit import cases
from tests.credit.records import signed_loan
from tests.ikm import businesses

pytestmark = pytest.mark.django_db

S = ApplicationStatus


@pytest.fixture(autouse=True)
def _office(settings, tmp_path, db):
    settings.MEDIA_ROOT = tmp_path
    cases.signatory()


@pytest.fixture
def case(wibawa, bapas, people):
    def make(status, **fields):
        return cases.application(status, version=wibawa, people=people, bank=bapas, **fields)

    return make


def page_of(application):
    return reverse("office_credit_application", args=[application.reference])


def post(client, application, decision, **data):
    return client.post(page_of(application), {"decision": decision, "version": application.version, **data})


def status_of(application):
    return Application.objects.values_list("status", flat=True).get(pk=application.pk)


def works(user):
    return [work.kind for work in queue.page(user, size=100).works if work.kind.startswith("credit")]


# --- The queue --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "who", "kind"),
    [
        ("submitted", "officer", "credit_new"),
        ("visit_planned", "verifier", "credit_verify"),
        ("verified", "officer", "credit_recommend"),
        ("recommended", "approver", "credit_forward"),
    ],
)
def test_each_stage_waits_for_its_official(status, who, kind, case, people):
    case(status)
    assert works(people[who]) == [kind]
    for other in {"officer", "verifier", "approver"} - {who}:
        assert works(people[other]) == []


def test_a_visit_that_was_called_off_waits_to_be_planned_again(case, people, officer):
    of = cases.eligible(people["applicant"])
    case("visit_planned", of=of, visit=cases.visit(of, people["verifier"], VisitStatus.CANCELLED))
    assert works(officer) == ["credit_visit_again"]


def test_who_took_the_earlier_part_is_not_asked_for_the_next(case, administrator, officer):
    record = case("recommended")
    assert "credit_forward" in works(administrator)
    StepLine.objects.filter(object_id=record.pk, step="recommend").update(actor=administrator)
    assert works(administrator) == []


def test_what_is_past_its_standard_comes_first_and_is_marked(case, officer, people, sign_in):
    late = case("submitted")
    case("submitted", of=cases.eligible(people["applicant"]))
    StepLine.objects.filter(object_id=late.pk).update(at=timezone.now() - timedelta(days=20))
    page = sign_in(officer).get(reverse("office_credit")).content.decode()
    assert "Rp5.000.000, 12 bulan" in page
    assert re.findall(r"KRD-[A-Z0-9-]+", page)[0] == late.reference
    assert page.count('<tr class="overdue">') == 1
    assert "1 lewat batas layanan" in page
    only = sign_in(officer).get(reverse("office_credit"), {"terlambat": "on"}).content.decode()
    assert only.count('<th scope="row">') == 1


def test_the_queues_clock_stands_still_while_the_applicant_is_asked(case, officer, people):
    """Two of three days were used before the question, so the answer leaves one and not three."""
    fresh, asked = case("submitted"), case("needs_correction", of=cases.eligible(people["applicant"]))
    asked.status = S.SUBMITTED
    asked.save()
    lines = StepLine.objects.filter(object_id=asked.pk)
    begun = timezone.now().replace(hour=5) - timedelta(days=30)
    while not all(is_working_day((begun + timedelta(days=n)).date()) for n in range(3)):
        begun -= timedelta(days=1)
    lines.filter(step__in=["start", "submit"]).update(at=begun)
    lines.filter(step="ask_correction").update(at=begun + timedelta(days=2))
    StepLine.objects.create(
        subject=asked,
        step="submit",
        from_status=S.NEEDS_CORRECTION,
        to_status=S.SUBMITTED,
        actor=people["applicant"],
    )
    found = {work.reference: work for work in queue.page(officer, size=100).works}
    assert found[asked.reference].due_on == due_on(asked) == add_working_days(timezone.localdate(), 1)
    assert found[fresh.reference].due_on == due_on(fresh) == add_working_days(timezone.localdate(), 3)
    assert not found[asked.reference].overdue
    lines.filter(from_status=S.NEEDS_CORRECTION).update(at=begun + timedelta(days=6))
    assert (
        next(work for work in queue.page(officer, size=100).works if work.overdue).reference
        == asked.reference
    )


def test_a_loan_and_its_application_lead_to_each_other(case, officer, people, sign_in):
    record = case("approved")
    loan = signed_loan(record, actor=people["bank"])
    client = sign_in(officer)
    assert reverse("office_loan", args=[loan.reference]) in client.get(page_of(record)).content.decode()
    page = client.get(reverse("office_loan", args=[loan.reference])).content.decode()
    assert page_of(record) in page


def test_a_bank_that_is_late_waits_for_the_officer(case, officer):
    record = case("in_bank_review")
    assert works(officer) == []
    StepLine.objects.filter(object_id=record.pk).update(at=timezone.now() - timedelta(days=30))
    assert works(officer) == ["credit_bank"]


def test_the_queue_is_paged_by_key_and_costs_few_statements(case, officer, people, sign_in):
    for _number in range(27):
        case("submitted", of=cases.eligible(people["applicant"]))
    client = sign_in(officer)
    client.get(reverse("office_credit"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(reverse("office_credit"))
    assert len(asked) <= 12
    text = page.content.decode()
    (more,) = re.findall(r'href="\?(after=[^"]+)"', text)
    rest = client.get(f"{reverse('office_credit')}?{more}").content.decode()
    seen = set(re.findall(r"KRD-[A-Z0-9-]+", text)) | set(re.findall(r"KRD-[A-Z0-9-]+", rest))
    assert len(seen) == 27


def test_the_queue_is_searched_by_name_and_reference(case, officer, people, sign_in):
    one = case("submitted")
    other = case("submitted", of=cases.eligible(people["applicant"], name="Batik Lain"))
    client = sign_in(officer)
    for words in (other.reference, "batik"):
        text = client.get(reverse("office_credit"), {"cari": words}).content.decode()
        assert other.reference in text
        assert one.reference not in text


def test_the_general_queue_leads_to_the_credit_page(case, officer, sign_in):
    record = case("submitted")
    text = sign_in(officer).get(reverse("office")).content.decode()
    assert page_of(record) in text
    assert "Permohonan kredit baru" in text


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.GALLERY_CURATOR, Role.ENTREPRENEUR])
def test_others_do_not_open_credit_pages(role, case, person, sign_in):
    record = case("submitted")
    client = sign_in(person(role))
    for url in (reverse("office_credit"), page_of(record)):
        assert client.get(url).status_code == 403


# --- Side by side -----------------------------------------------------------------------------------------------------


def test_the_page_shows_facts_conditions_figures_and_budget(case, officer, sign_in):
    record = case("verified")
    text = sign_in(officer).get(page_of(record)).content.decode()
    year = timezone.localdate().year
    for words in ("Rp5.000.000", "Umur usaha", "Kemampuan membayar", "Rp9.000.000", "Sisa pagu", str(year + 1), "Foto tempat usaha: belum ada berkas."):  # fmt: skip
        assert words in text
    # 5 million at 3 % flat over 12 months: 416,667 + 12,500 of the 3 million that are left is 15 %.
    assert "15%" in text
    assert record.owner.nik not in text


def test_buttons_follow_from_who_looks(case, people, sign_in):
    record = case("recommended")
    assert 'value="forward"' in sign_in(people["approver"]).get(page_of(record)).content.decode()
    text = sign_in(people["officer"]).get(page_of(record)).content.decode()
    assert 'name="decision"' not in text


def test_asking_for_correction_is_written_beside_the_part(case, officer, sign_in):
    record = case("submitted")
    assert post(sign_in(officer), record, "ask_correction", ask_ktp="Foto buram.").status_code == 302
    assert list(record.corrections.values_list("field", "note")) == [("ktp", "Foto buram.")]


def test_a_verifier_records_the_visit(case, verifier, sign_in):
    record = case("visit_planned")
    answer = post(
        sign_in(verifier), record, "verify", monthly_turnover="9jt", monthly_cost="6.000.000", note="Ramai."
    )
    assert answer.status_code == 302
    record.refresh_from_db()
    assert (record.status, record.monthly_cost, record.verified_note) == (S.VERIFIED, 6_000_000, "Ramai.")


def test_an_officer_recommends_and_sees_the_sentence_when_a_year_lacks_room(case, officer, bapas, sign_in):
    record = case("verified")
    client = sign_in(officer)
    year = timezone.localdate().year + 1
    BudgetLine.objects.filter(year=year).update(ceiling=1_000)
    refused = post(client, record, "recommend", amount="5jt", months="12", bank=bapas.pk)
    assert refused.status_code == 400
    text = refused.content.decode()
    assert f"Pagu {year} tinggal Rp1.000" in text
    assert "tidak cukup" in text
    BudgetLine.objects.filter(year=year).update(ceiling=10**9)
    assert post(client, record, "recommend", amount="5jt", months="12", bank=bapas.pk).status_code == 302
    assert status_of(record) == S.RECOMMENDED


def test_counting_again_writes_nothing(case, officer, bapas, sign_in):
    record = case("verified")
    text = post(sign_in(officer), record, "recount", amount="2jt", months="10", bank=bapas.pk)
    assert text.status_code == 200
    assert "Rp2.000.000, 10 bulan" in text.content.decode()
    assert status_of(record) == S.VERIFIED


def test_a_stale_page_is_refused_and_shows_what_stands(case, officer, sign_in):
    record = case("verified")
    Application.objects.filter(pk=record.pk).update(verified_note="Berubah.")
    answer = post(sign_in(officer), record, "decline", reason=Reason.objects.get(code="ability").pk)
    assert answer.status_code == 409
    assert "Berubah." in answer.content.decode()


def test_who_comes_second_sees_what_was_written_though_the_step_is_gone(
    case, officer, bapas, person, sign_in
):
    record = case("verified")
    assert (
        post(sign_in(officer), record, "recommend", amount="5jt", months="12", bank=bapas.pk).status_code
        == 302
    )
    second = post(
        sign_in(person(Role.CREDIT_OFFICER)), record, "decline",
        reason=Reason.objects.get(code="ability").pk, refusal_note="Omzet musiman.",
    )  # fmt: skip
    assert second.status_code == 409
    assert second.context["typed_notes"] == ["Omzet musiman."]
    assert "Omzet musiman." in second.content.decode()
    assert status_of(record) == S.RECOMMENDED


def test_an_approver_forwards_and_the_letter_can_be_opened(case, approver, sign_in):
    record = case("recommended")
    client = sign_in(approver)
    assert post(client, record, "forward").status_code == 302
    text = client.get(page_of(record)).content.decode()
    assert "Surat Rekomendasi Kredit" in text


def test_the_banks_answer_from_paper(case, person, sign_in):
    record = case("forwarded")
    client = sign_in(person(Role.CREDIT_OFFICER))
    assert post(client, record, "approve", amount="5jt", months="12").status_code == 400
    assert (
        post(client, record, "approve", amount="5jt", months="12", note="Surat 7", bank_grade="1").status_code
        == 302
    )
    record.refresh_from_db()
    assert (record.status, record.bank_grade) == (S.APPROVED, 1)


def test_an_official_records_the_contract_and_is_led_to_the_loan(case, officer, sign_in):
    record = case("approved")
    client = sign_in(officer)
    text = client.get(page_of(record)).content.decode()
    assert timezone.localdate().strftime("%d-%m-%Y") in text
    refused = post(client, record, "sign", contract_number=" ", signed_on="")
    assert refused.status_code == 400
    assert "Isi nomor akad" in refused.content.decode()
    assert status_of(record) == S.APPROVED
    day = timezone.localdate() - timedelta(days=1)
    answer = post(
        client,
        record,
        "sign",
        contract_number="PK/9",
        account_number="5301-0099",
        signed_on=f"{day:%d-%m-%Y}",
    )
    loan = Loan.objects.get(application=record)
    assert answer.url == reverse("office_loan", args=[loan.reference])
    assert (loan.contract_number, loan.account_number, loan.signed_on) == ("PK/9", "53010099", day)
    assert (loan.principal, loan.months, status_of(record)) == (5_000_000, 12, S.SIGNED)
    assert "Catat pencairan" in client.get(answer.url).content.decode()
    assert 'value="sign"' not in client.get(page_of(record)).content.decode()


def test_who_took_the_part_before_is_told_that_another_person_goes_on(case, officer, person, sign_in):
    record = case("forwarded")
    why = "Langkah “Disetujui bank” dilakukan orang lain"
    text = sign_in(officer).get(page_of(record)).content.decode()
    assert why in text
    assert 'value="approve"' not in text
    text = sign_in(person(Role.CREDIT_OFFICER)).get(page_of(record)).content.decode()
    assert why not in text
    assert 'value="approve"' in text


def test_a_contract_is_signed_once(case, officer, administrator, sign_in):
    record = case("approved")
    signed = {"contract_number": "PK/9", "signed_on": f"{timezone.localdate():%d-%m-%Y}"}
    assert post(sign_in(officer), record, "sign", **signed).status_code == 302
    second = post(sign_in(administrator), record, "sign", **signed | {"contract_number": "PK/10"})
    assert second.status_code == 409
    assert list(Loan.objects.values_list("contract_number", flat=True)) == ["PK/9"]


def test_a_signed_contract_on_which_nothing_is_paid_is_not_shown_as_done(case, officer, sign_in):
    record = case("approved")
    signed_loan(record, actor=officer, signed_on=timezone.localdate())
    text = sign_in(officer).get(reverse("office_loans")).content.decode()
    assert '<span class="tag info">Akad, belum cair</span>' in text


@pytest.mark.parametrize(
    ("status", "who", "needed", "optional"),
    [
        ("visit_planned", "verifier", ["monthly_turnover", "monthly_cost"], ["note"]),
        (
            "verified",
            "officer",
            ["amount", "months", "bank", "reason"],
            ["note", "refusal_note", "signatory"],
        ),
        ("recommended", "approver", ["refusal_note"], ["note", "signatory"]),
        ("approved", "officer", ["contract_number", "signed_on"], ["account_number", "first_due_on"]),
    ],
)
def test_only_what_a_step_can_do_without_is_called_optional(
    status, who, needed, optional, case, people, sign_in
):
    record = case(status)
    text = sign_in(people[who]).get(page_of(record)).content.decode()
    labels = dict(re.findall(r'<label for="id_(\w+)">(.*?)</label>', text))
    assert [name for name in needed if "(opsional)" in labels[name]] == []
    assert [name for name in optional if "(opsional)" not in labels[name]] == []


def test_the_bank_says_no_on_paper_with_a_note(case, person, sign_in):
    record = case("forwarded")
    client = sign_in(person(Role.CREDIT_OFFICER))
    text = client.get(page_of(record)).content.decode()
    assert "(opsional)" not in re.search(r'<label for="id_refusal_note">(.*?)</label>', text)[1]
    reason = Reason.objects.filter(for_bank=True).first()
    refused = post(client, record, "reject", reason=reason.pk, note="Catatan untuk langkah lain")
    assert refused.status_code == 400
    assert refused.context["form"].errors["refusal_note"]
    assert post(client, record, "reject", reason=reason.pk, refusal_note="Surat 8").status_code == 302
    assert status_of(record) == S.REJECTED


def test_refusing_is_folded_away_until_it_fails(case, officer, sign_in):
    record = case("verified")
    client = sign_in(officer)
    folded = re.search(r"<details>\s*<summary>Tolak permohonan</summary>(.*?)</details>",
                       client.get(page_of(record)).content.decode(), re.S)[1]  # fmt: skip
    assert 'name="reason"' in folded
    assert 'value="decline"' in folded
    assert 'value="recommend"' not in folded
    failed = post(client, record, "decline").content.decode()
    assert re.search(r"<details open>\s*<summary>Tolak permohonan</summary>", failed)
    other = post(client, record, "recommend", amount="9jt", months="12").content.decode()
    assert re.search(r"<details>\s*<summary>Tolak permohonan</summary>", other)


def test_a_visit_planned_anyway_can_be_used(case, people, officer, sign_in):
    of = cases.eligible(people["applicant"])
    record = case("submitted", of=of)
    visit = cases.visit(of, people["verifier"], VisitStatus.PLANNED)
    client = sign_in(officer)
    assert "Pakai kunjungan itu" in client.get(page_of(record)).content.decode()
    assert post(client, record, "plan_visit").status_code == 302
    record.refresh_from_db()
    assert record.visit == visit


# --- Planner, comparison, what if -------------------------------------------------------------------------------------


def test_the_planner_proposes_routes_and_saving_moves_the_applications(case, officer, verifier, sign_in):
    record = case("submitted")
    client = sign_in(officer)
    day = timezone.localdate() + timedelta(days=1)
    asked = {"dari": day, "sampai": day + timedelta(days=6), "petugas": verifier.reference, "sehari": 8}
    text = client.get(reverse("office_credit_plan"), asked).content.decode()
    assert record.business.name in text
    assert "permohonan kredit" in text
    reference = record.business.reference
    planned = re.search(rf'name="hari-{reference}".*?value="([0-9-]+)" selected', text, re.S)[1]
    answer = client.post(
        reverse("office_credit_plan"),
        {"action": "save", "stop": reference, f"pilih-{reference}": "on", f"urutan-{reference}": "1",
         f"hari-{reference}": planned, f"petugas-{reference}": verifier.reference},
    )  # fmt: skip
    assert answer.status_code == 302
    record.refresh_from_db()
    assert record.status == S.VISIT_PLANNED
    assert record.visit.planned_on.isoformat() == planned


def test_who_did_not_apply_is_not_proposed(case, officer, owner_user, verifier, sign_in):
    businesses.submitted(owner_user, name="Hanya Mendaftar")
    day = timezone.localdate() + timedelta(days=1)
    asked = {"dari": day, "sampai": day + timedelta(days=6), "petugas": verifier.reference, "sehari": 8}
    assert (
        "Hanya Mendaftar" not in sign_in(officer).get(reverse("office_credit_plan"), asked).content.decode()
    )


def test_the_comparison_page_shows_both_ways(case, officer, people, sign_in):
    for _number in range(3):
        case("submitted", of=cases.eligible(people["applicant"]))
    text = (
        sign_in(officer).get(reverse("office_credit_compare"), {"petugas": 1, "sehari": 8}).content.decode()
    )
    assert "Dihitung atas 3 usaha" in text
    assert "100%" in text


def test_what_if_counts_what_fits(wibawa, officer, sign_in):
    year = timezone.localdate().year
    BudgetLine.objects.filter(year__gte=year).update(ceiling=1_000_000)
    asked = {"jumlah": "5jt", "bulan": 12, "bunga": "3", "banyak": 50, "bank": "bpr"}
    text = sign_in(officer).get(reverse("office_credit_what_if"), asked).content.decode()
    fitting = int(re.search(r"(\d+) pinjaman seperti ini", text)[1])
    assert 5 < fitting < 50
    cheaper = sign_in(officer).get(reverse("office_credit_what_if"), asked | {"bunga": "6"}).content.decode()
    assert int(re.search(r"(\d+) pinjaman seperti ini", cheaper)[1]) > fitting
    none = sign_in(officer).get(reverse("office_credit_what_if"), asked | {"bunga": "9"}).content.decode()
    assert "tidak memerlukan subsidi" in none


# --- The public queue -------------------------------------------------------------------------------------------------


def test_the_public_queue_names_nobody(case, people, client):
    records_made = [case("submitted", of=cases.eligible(people["applicant"])) for _ in range(2)]
    text = client.get(reverse("credit_queue")).content.decode()
    for record in records_made:
        for secret in (record.reference, record.business.name, record.owner.name, record.business.reference):
            assert secret not in text
    assert "Miroto" not in text  # two wait there
    case("submitted", of=cases.eligible(people["applicant"]))
    assert "Miroto" in client.get(reverse("credit_queue")).content.decode()


def test_the_public_queue_costs_the_same_however_many_wait(case, people, client):
    case("submitted")

    def cost():
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("credit_queue"))
        return len(asked)

    client.get(reverse("credit_queue"))
    few = cost()
    for _number in range(4):
        case("visit_planned", of=cases.eligible(people["applicant"]))
    assert cost() <= few + 1
    assert few <= 6


def test_an_owner_learns_the_place_and_why_others_came_first(case, people):
    of = cases.eligible(people["applicant"])
    first = cases.visit(of, people["verifier"], VisitStatus.NOT_AT_HOME)
    again = Visit.objects.create(
        business=of, verifier=people["verifier"], planned_on=timezone.localdate() + timedelta(days=3), attempt=2, previous=first,
    )  # fmt: skip
    mine = case("visit_planned", of=of, visit=again, submitted_at=timezone.now() - timedelta(days=9))
    case("visit_planned", of=cases.eligible(people["applicant"]))
    place = place_of(mine)
    assert place.number == 2
    assert place.overtaken == ((NOT_MET, 1),)
    assert place_of(case("declined", of=cases.eligible(people["applicant"]))) is None
