"""The office's and the bank's steps: what each does, refuses, tells and frees; who may not take it; two people at once."""

import io
from datetime import timedelta
from threading import Barrier, Thread

import pypdf
import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.enums import Purpose, Role
from accounts.services import withdraw_consent
from core import workflow
from core.models import AuditEntry, Event, Letter, Message
from core.workflow import StepError, history, open_steps
from credit.enums import ApplicationStatus, BankKind
from credit.models import Application, Reason
from credit.reapply import may_apply_on
from credit.services import decisions, visits
from credit.services.budget import future_subsidy, release_budget
from credit.services.decisions import Correction
from ikm.enums import VisitStatus
from ikm.models import Representative
from ikm.services import visits as register_visits
from programme.models import BudgetLine, Reservation
from tests.credit import cases, records

pytestmark = pytest.mark.django_db

S = ApplicationStatus


@pytest.fixture(autouse=True)
def _office(settings, tmp_path, db):
    settings.MEDIA_ROOT = tmp_path
    cases.signatory()


@pytest.fixture
def case(wibawa, bapas, people):
    """A maker of applications that meet every condition."""

    def make(status, **fields):
        return cases.application(status, version=wibawa, people=people, bank=bapas, **fields)

    return make


def reason(code="ability"):
    return Reason.objects.get(code=code)


def held(application):
    return {
        row.line.year: int(row.amount)
        for row in Reservation.objects.filter(subject=application.reference).select_related("line")
    }


def row(record):
    return type(record).objects.filter(pk=record.pk).values().get()


def marks(record):
    return (
        history(record).count(),
        Event.objects.filter(subject=record.reference).count(),
        AuditEntry.objects.filter(subject=record.reference, action__startswith="credit.application").count(),
        Letter.objects.count(),
        Message.objects.count(),
        held(record),
    )


CALLS = {
    "ask_correction": ("officer", lambda a, who: decisions.ask_correction(a, [Correction("amount", "Kurangi.")], actor=who)),
    "plan_visit": ("officer", lambda a, who: visits.join_planned_visit(a, actor=who)),
    "verify": (
        "verifier",
        lambda a, who: decisions.verify_application(
            a, actor=who, monthly_turnover=9_000_000, monthly_cost=6_000_000, note="Berjalan baik."
        ),
    ),
    "recommend": (
        "officer",
        lambda a, who: decisions.recommend_application(
            a, actor=who, amount=5_000_000, months=12, bank=records.Bank.objects.get(name="BPR Bank Pasar Uji")
        ),
    ),
    "decline": ("officer", lambda a, who: decisions.decline_application(a, actor=who, reason=reason())),
    "forward": ("approver", lambda a, who: decisions.forward_application(a, actor=who)),
    "return_to_verified": (
        "approver",
        lambda a, who: decisions.return_application(a, actor=who, note="Hitung ulang kemampuannya."),
    ),
    "start_review": ("bank", lambda a, who: decisions.start_review(a, actor=who)),
    "approve": (
        "bank",
        lambda a, who: decisions.approve_application(a, actor=who, amount=5_000_000, months=12, note="Surat 1"),
    ),
    "reject": ("bank", lambda a, who: decisions.reject_application(a, actor=who, reason=reason(), note="Surat 1")),
}  # fmt: skip


def made_for(step, status, case, people):
    """An application in `status` on which `step` finds what it needs beside the status."""
    of = cases.eligible(people["applicant"])
    if step == "plan_visit":
        return case(status, of=of, visit=cases.visit(of, people["verifier"], VisitStatus.PLANNED))
    return case(status, of=of)


@pytest.mark.parametrize("status", ApplicationStatus)
@pytest.mark.parametrize("step", CALLS)
def test_every_step_from_every_status(step, status, case, people):
    """It moves, logs and tells; or it refuses, out of turn, and nothing at all is changed."""
    record = made_for(step, status, case, people)
    who, call = CALLS[step]
    before, left = row(record), marks(record)
    # A bank does not see what was not forwarded to it: to it the application is not there.
    refusals = (StepError, Application.DoesNotExist)
    if record.status in Application.STEPS[step].sources:
        moved = call(record, people[who])
        assert moved.status == row(record)["status"] == Application.STEPS[step].target
        line = history(record).last()
        assert (line.step, line.from_status, line.actor) == (step, status, people[who])
        assert [now - then for now, then in zip(marks(record)[:3], left, strict=False)] == [1, 1, 1]
        assert Message.objects.filter(recipient=people["applicant"]).count() >= 1
    else:
        with pytest.raises(refusals), transaction.atomic():
            call(record, people[who])
        assert row(record) == before
        assert marks(record) == left


@pytest.mark.parametrize("step", CALLS)
def test_nobody_without_the_permission_takes_a_step(step, case, people, person):
    status = sorted(Application.STEPS[step].sources)[0]
    record = made_for(step, status, case, people)
    left = marks(record)
    for role in (Role.REGISTRAR, Role.AUDITOR, Role.GALLERY_CURATOR, Role.ENTREPRENEUR):
        with pytest.raises((PermissionDenied, ObjectDoesNotExist)), transaction.atomic():
            CALLS[step][1](record, person(role))
    assert marks(record) == left


CHAIN = {
    "verify": ["submit"],
    "recommend": ["submit", "verify"],
    "forward": ["submit", "verify", "recommend"],
    "approve": ["submit", "recommend", "forward"],
}


@pytest.mark.parametrize(("step", "earlier"), [(step, one) for step, many in CHAIN.items() for one in many])
@pytest.mark.parametrize("superuser", [False, True])
def test_who_took_an_earlier_part_takes_no_later_one(step, earlier, superuser, case, people, administrator):
    """Administrators and superusers hold every permission and still may not do two parts of one application."""
    administrator.is_superuser = superuser
    administrator.save()
    status = "visit_planned" if step == "verify" else sorted(Application.STEPS[step].sources)[0]
    of = cases.eligible(people["applicant"])
    record = case(
        status, of=of, visit=cases.visit(of, administrator if step == "verify" else people["verifier"])
    )
    history(record).filter(step=earlier).update(actor=administrator)
    left = marks(record)
    assert step not in open_steps(record, administrator)
    with pytest.raises(PermissionDenied, match="orang lain"), transaction.atomic():
        CALLS[step][1](record, administrator)
    assert marks(record) == left


def test_an_official_does_not_decide_on_his_own_business(case, people, officer):
    record = case("verified")
    Representative.objects.create(user=officer, business=record.business, kind="staff", status="approved")
    with pytest.raises(PermissionDenied, match="mewakili usaha ini"):
        CALLS["recommend"][1](record, officer)


def test_a_page_read_before_somebody_elses_change_decides_nothing(case, officer):
    record = case("verified")
    with pytest.raises(ValidationError, match="diubah orang lain"):
        decisions.decline_application(record, actor=officer, reason=reason(), version=record.version + 1)


# --- Each step --------------------------------------------------------------------------------------------------------


def test_asking_for_correction_names_parts_and_stops_the_clock(case, officer, owner_user):
    record = decisions.ask_correction(
        case("submitted"),
        [Correction("ktp", "Foto KTP buram."), Correction("purpose", "Rinci.")],
        actor=officer,
    )
    assert set(record.corrections.values_list("field", "note")) == {
        ("ktp", "Foto KTP buram."),
        ("purpose", "Rinci."),
    }
    body = Message.objects.get(recipient=owner_user).body
    assert "KTP pemilik, Rencana penggunaan" in body
    assert "berhenti" in body


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], "paling sedikit satu"),
        ([Correction("status", "x")], "tidak dapat diminta"),
        ([Correction("amount", "x"), Correction("amount", "y")], "dua kali"),
        ([Correction("amount", " ")], "Jelaskan"),
    ],
)
def test_a_correction_says_what_and_how(items, words, case, officer):
    record = case("submitted")
    with pytest.raises(ValidationError, match=words):
        decisions.ask_correction(record, items, actor=officer)
    assert not record.corrections.exists()


def test_a_verification_waits_for_the_visit_and_is_its_officers(case, people, person):
    of = cases.eligible(people["applicant"])
    record = case("visit_planned", of=of, visit=cases.visit(of, people["verifier"], VisitStatus.PLANNED))
    with pytest.raises(ValidationError, match="belum selesai"):
        CALLS["verify"][1](record, people["verifier"])
    record.visit.status, record.visit.done_at = VisitStatus.DONE, timezone.now()
    record.visit.save()
    with pytest.raises(PermissionDenied, match="Vino Verifikator"):
        CALLS["verify"][1](record, person(Role.VERIFIER))
    with pytest.raises(ValidationError) as refused:
        decisions.verify_application(
            record, actor=people["verifier"], monthly_turnover=None, monthly_cost=None
        )
    assert set(refused.value.message_dict) == {"monthly_turnover", "monthly_cost"}
    verified = CALLS["verify"][1](record, people["verifier"])
    assert (verified.monthly_turnover, verified.verified_note) == (9_000_000, "Berjalan baik.")


def test_a_recommendation_reserves_the_whole_subsidy_by_year_and_keeps_the_findings(
    case, officer, owner_user, wibawa
):
    record = CALLS["recommend"][1](case("verified"), officer)
    expected = future_subsidy(wibawa, 5_000_000, 12, bank_kind=BankKind.BPR)
    assert len(expected) >= 1
    assert held(record) == expected
    # 6 % on a balance that falls from 5 million to nothing in a year: about half of 300,000.
    assert 140_000 < sum(expected.values()) < 180_000
    assert {finding["kind"] for finding in record.findings} == {kind for kind, _limit in records.RULES}
    assert all(finding["passed"] for finding in record.findings)
    body = Message.objects.get(recipient=owner_user).body
    assert "Rp5.000.000 selama 12 bulan melalui BPR Bank Pasar Uji" in body
    assert "paling lambat" in body


def test_a_recommendation_waits_until_every_condition_is_met(case, officer):
    record = case("verified")
    record.owner.ktp_area_code = "33.22"
    record.owner.save()
    with pytest.raises(ValidationError, match="Alamat KTP"):
        CALLS["recommend"][1](record, officer)
    assert held(record) == {}


@pytest.mark.parametrize(
    ("amount", "months", "field"),
    [(5_100_000, 12, "amount"), (4_950_000, 12, "amount"), (None, 12, "amount"), (5_000_000, 2, "months"), (5_000_000, None, "months")],
)  # fmt: skip
def test_a_recommendation_stays_within_the_scheme_and_what_was_asked(
    amount, months, field, case, officer, bapas
):
    with pytest.raises(ValidationError) as refused:
        decisions.recommend_application(
            case("verified"), actor=officer, amount=amount, months=months, bank=bapas
        )
    assert field in refused.value.message_dict


def test_a_year_without_room_refuses_with_its_sentence(case, officer):
    record = case("verified")
    year = timezone.localdate().year + 1
    BudgetLine.objects.filter(year=year).update(ceiling=1_000)
    with pytest.raises(ValidationError, match=f"Pagu {year} tinggal Rp1.000"):
        CALLS["recommend"][1](record, officer)
    assert held(record) == {}
    assert row(record)["status"] == "verified"


def test_a_bank_without_a_reference_rate_cannot_be_recommended(case, officer):
    commercial = records.bank(kind=BankKind.COMMERCIAL)
    with pytest.raises(ValidationError, match="Bunga acuan"):
        decisions.recommend_application(
            case("verified"), actor=officer, amount=5_000_000, months=12, bank=commercial
        )


@pytest.mark.parametrize("ending", ["return_to_verified", "reject"])
def test_whatever_ends_a_recommendation_frees_its_budget(ending, case, officer, people):
    record = CALLS["recommend"][1](case("verified"), officer)
    if ending == "reject":
        record = CALLS["forward"][1](record, people["approver"])
    assert held(record)
    ended = CALLS[ending][1](record, people[CALLS[ending][0]])
    assert held(ended) == {}
    release_budget(ended)  # again: nothing
    assert BudgetLine.objects.exclude(reserved=0).count() == 0


def test_a_return_needs_a_reason(case, approver):
    with pytest.raises(ValidationError):
        decisions.return_application(case("recommended"), actor=approver, note=" ")


def test_a_bank_that_lends_less_frees_the_rest(case, officer, people, partner):
    record = CALLS["forward"][1](CALLS["recommend"][1](case("verified"), officer), people["approver"])
    before = sum(held(record).values())
    with pytest.raises(ValidationError, match="melebihi rekomendasi|antara"):
        decisions.approve_application(record, actor=partner, amount=6_000_000, months=12)
    approved = decisions.approve_application(record, actor=partner, amount=2_500_000, months=12, bank_grade=1)
    assert 0 < sum(held(approved).values()) < before
    assert approved.approved_amount == 2_500_000


def test_an_official_records_the_banks_answer_from_a_paper(case, people, person):
    record = case("forwarded")
    clerk = person(Role.CREDIT_OFFICER)
    with pytest.raises(ValidationError, match="surat bank"):
        decisions.approve_application(record, actor=clerk, amount=5_000_000, months=12)
    assert decisions.approve_application(
        record, actor=clerk, amount=5_000_000, months=12, note="Surat 7/BP/2026, 20 November 2026"
    ).status == S.APPROVED  # fmt: skip


def test_another_bank_finds_nothing(case, person):
    stranger = person(Role.PARTNER)
    records.bank(stranger)
    with pytest.raises(Application.DoesNotExist):
        decisions.start_review(case("forwarded"), actor=stranger)


# --- Letters ----------------------------------------------------------------------------------------------------------


def pdf_of(letter):
    with letter.file.open("rb") as stream:
        reader = pypdf.PdfReader(io.BytesIO(stream.read()))
    return len(reader.pages), " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_forwarding_issues_the_letter_to_the_bank(case, people, owner_user, partner):
    record = case(
        "recommended",
        collateral_kind="vehicle",
        collateral_description="Honda Beat 2022",
        collateral_value=9_000_000,
    )
    forwarded = CALLS["forward"][1](record, people["approver"])
    letter = forwarded.letters.get()
    assert letter.number.endswith(f"/SRK/DISPERIN/{timezone.localdate().year}")
    pages, text = pdf_of(letter)
    assert pages == 1
    for words in (
        "BPR Bank Pasar Uji", "Rp5.000.000 (lima juta rupiah)", "12 bulan", "3% setahun", record.reference,
        "BPKB kendaraan Honda Beat 2022, Rp9.000.000", record.owner.name, letter.number, letter.token,
    ):  # fmt: skip
        assert words in text
    assert record.owner.nik not in text
    assert Message.objects.filter(recipient=partner, about=record.reference).exists()
    assert "BPR Bank Pasar Uji" in Message.objects.get(recipient=owner_user).body


def test_nothing_goes_to_a_bank_without_consent(case, people):
    record = case("recommended")
    withdraw_consent(record, Purpose.SHARE_WITH_BANK, actor=people["applicant"])
    with pytest.raises(ValidationError, match="menyetujui datanya diteruskan"):
        CALLS["forward"][1](record, people["approver"])
    assert not Letter.objects.exists()


@pytest.mark.parametrize(("code", "waits"), [("ability", True), ("licence_missing", False)])
def test_declining_says_why_what_helps_and_from_when(code, waits, case, officer, owner_user):
    record = decisions.decline_application(
        case("verified"), actor=officer, reason=reason(code), note="Angsuran melebihi sisa usaha"
    )
    again = timezone.localdate() + timedelta(days=30 if waits else 0)
    assert record.reapply_on == again
    assert may_apply_on(record.business) == (again if waits else None)
    body = Message.objects.get(recipient=owner_user).body
    assert f"{record.reason.label}." in body
    assert "Angsuran melebihi sisa usaha." in body
    assert record.reason.advice in body
    assert ("mulai" if waits else "sekarang juga") in body
    letter = record.letters.get()
    pages, text = pdf_of(letter)
    assert pages == 1
    assert record.reason.advice in text
    assert record.reason.label in text
    assert record.owner.nik not in text


def test_the_owner_waits_too_with_another_business(case, officer, people):
    record = decisions.decline_application(case("verified"), actor=officer, reason=reason("ability"))
    other = cases.eligible(people["applicant"])
    assert may_apply_on(other) is None
    other.ownerships.update(owner=record.owner)
    assert may_apply_on(other) == record.reapply_on


def test_declining_calls_off_a_visit_that_nobody_else_needs(case, people, officer):
    of = cases.eligible(people["applicant"])
    visit = cases.visit(of, people["verifier"], VisitStatus.PLANNED)
    decisions.decline_application(case("visit_planned", of=of, visit=visit), actor=officer, reason=reason())
    visit.refresh_from_db()
    assert visit.status == VisitStatus.CANCELLED


def test_a_visit_that_the_register_needs_stays(case, people, officer):
    of = cases.eligible(people["applicant"], verified_on=None, confirmed_on=None)
    visit = cases.visit(of, people["verifier"], VisitStatus.PLANNED)
    decisions.decline_application(case("visit_planned", of=of, visit=visit), actor=officer, reason=reason())
    visit.refresh_from_db()
    assert visit.status == VisitStatus.PLANNED


@pytest.mark.parametrize("code", ["credit_record", None])
def test_the_office_declines_for_its_own_reasons(code, case, officer):
    with pytest.raises(ValidationError) as refused:
        decisions.decline_application(case("verified"), actor=officer, reason=code and reason(code))
    assert "reason" in refused.value.message_dict


def test_without_a_signatory_no_letter_and_no_decision(case, officer):
    record = case("verified")
    cases.signatory().delete()
    with pytest.raises(ValidationError, match="penanda tangan"):
        decisions.decline_application(record, actor=officer, reason=reason())
    assert row(record)["status"] == "verified"


# --- Visits -----------------------------------------------------------------------------------------------------------


def test_a_plan_moves_the_applications_and_the_owners_see_the_day(case, officer, verifier, owner_user):
    record = case("submitted")
    day = timezone.localdate() + timedelta(days=1)
    (planned,) = visits.plan_application_visits(
        [register_visits.PlannedStop(record.business, verifier, day)], actor=officer
    )
    assert (planned.status, planned.visit.planned_on) == (S.VISIT_PLANNED, day)
    assert Message.objects.filter(recipient=owner_user).count() == 1


def test_a_plan_with_a_business_that_did_not_apply_writes_nothing(case, officer, verifier, owner_user):
    record, other = case("submitted"), cases.eligible(owner_user)
    day = timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValidationError, match="tidak lagi menunggu"), transaction.atomic():
        visits.plan_application_visits(
            [register_visits.PlannedStop(one, verifier, day) for one in (record.business, other)],
            actor=officer,
        )
    assert row(record)["status"] == "submitted"


def test_when_nobody_is_met_the_application_waits_for_the_next_visit(case, people, verifier):
    of = cases.eligible(people["applicant"])
    visit = cases.visit(of, verifier, VisitStatus.PLANNED)
    record = case("visit_planned", of=of, visit=visit)
    _missed, again = register_visits.record_not_at_home(visit, actor=verifier)
    record.refresh_from_db()
    assert record.visit == again
    assert record.status == S.VISIT_PLANNED


def test_there_must_be_a_planned_visit_to_join(case, officer):
    with pytest.raises(ValidationError, match="Belum ada kunjungan"):
        visits.join_planned_visit(case("submitted"), actor=officer)


# --- At once ----------------------------------------------------------------------------------------------------------


def race(*calls):
    """All `calls` at once, each in its own connection; how many went through and what refused the others."""
    barrier, done, refused = Barrier(len(calls)), [], []

    def run(call):
        try:
            barrier.wait()
            done.append(call())
        except ValidationError as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[call]) for call in calls]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return done, refused


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_move_it_once(case, people, person):
    record = case("verified")
    other = person(Role.CREDIT_OFFICER)
    done, refused = race(
        lambda: CALLS["recommend"][1](record, people["officer"]), lambda: CALLS["decline"][1](record, other)
    )
    assert (len(done), len(refused)) == (1, 1)
    assert isinstance(refused[0], StepError)
    assert bool(held(record)) == (row(record)["status"] == S.RECOMMENDED)
    assert Letter.objects.count() == (row(record)["status"] == S.DECLINED)


def _ceiling_race(case, people, recommend):
    """Six recommendations at once where each year has room for two."""
    records_made = [case("verified", **_somebody(people)) for _ in range(6)]
    one = future_subsidy(records_made[0].scheme_version, 5_000_000, 12, bank_kind=BankKind.BPR)
    for year, amount in one.items():
        BudgetLine.objects.filter(year=year).update(ceiling=amount * 2 + amount // 2)
    done, refused = race(
        *[lambda record=record: recommend(record, people["officer"]) for record in records_made]
    )
    return one, done, refused


def _somebody(people):
    return {"of": cases.eligible(people["applicant"])}


@pytest.mark.django_db(transaction=True)
def test_parallel_recommendations_never_exceed_the_ceiling(case, people):
    one, done, refused = _ceiling_race(case, people, CALLS["recommend"][1])
    assert (len(done), len(refused)) == (2, 4)
    assert all("Pagu" in " ".join(error.messages) for error in refused)
    for line in BudgetLine.objects.filter(year__in=one):
        assert line.reserved == 2 * one[line.year] <= line.ceiling
    assert Application.objects.filter(status=S.RECOMMENDED).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_look_at_the_budget_before_the_step_would_exceed_it(case, people, monkeypatch):
    """The negative control: the same race with a service that looks first and trusts what it saw promises too much."""
    everybody_looked = Barrier(6)
    reserve = decisions.reserve_subsidy
    monkeypatch.setattr(decisions, "reserve_subsidy", lambda *args, **kwargs: None)

    def careless(application, actor):
        try:
            with transaction.atomic():
                reserve(application, amount=5_000_000, months=12, bank=records.Bank.objects.get())
                transaction.set_rollback(True)  # only to see whether there is room
        finally:
            everybody_looked.wait(timeout=20)
        return CALLS["recommend"][1](application, actor)

    one, done, _refused = _ceiling_race(case, people, careless)
    assert len(done) == 6
    for line in BudgetLine.objects.filter(year__in=one):
        assert one[line.year] * len(done) > line.ceiling


@pytest.mark.django_db(transaction=True)
def test_without_the_row_lock_both_officers_would_move_it(case, people, person, monkeypatch):
    """The negative control of the race above."""
    record = case("verified")
    both_read = Barrier(2)

    def unlocked(record, actor):
        found = type(record).objects.visible_to(actor).get(pk=record.pk)
        both_read.wait(timeout=20)
        return found

    monkeypatch.setattr(workflow, "lock", unlocked)
    done, refused = race(
        lambda: CALLS["recommend"][1](record, people["officer"]),
        lambda: CALLS["decline"][1](record, person(Role.CREDIT_OFFICER)),
    )
    assert (len(done), len(refused)) == (2, 0)
