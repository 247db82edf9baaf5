"""What an applicant does with an application: start, fill in, send, correct, withdraw; each does, refuses, logs and tells."""

import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, connections
from django.utils import timezone

from accounts.enums import Purpose
from accounts.models import Consent
from core.attachments import attach_file
from core.models import AuditEntry, Event, Message
from core.optimistic import StaleRecord
from core.workflow import StepError, history, take_step
from credit.enums import ApplicationStatus, CollateralKind, DocumentKind, RuleKind
from credit.models import Application, ApplicationCorrection, Loan, Reason, SchemeVersion
from credit.services import applications as service
from ikm.enums import BusinessStatus
from programme.models import Reservation
from programme.services.budget import reserve_budget
from tests.credit import records
from tests.ikm.businesses import business as make_business
from tests.ikm.entries import picture

pytestmark = pytest.mark.django_db


def sentences(error):
    return " ".join(error.value.messages)


# --- Starting ---------------------------------------------------------------------------------------------------------


def test_a_start_is_a_draft_prefilled_from_the_register(shop, owner_user, wibawa):
    made, created = service.start_application(shop, actor=owner_user, amount=5_000_000, months=12)
    assert created
    assert (made.status, made.business, made.owner) == ("draft", shop, shop.ownerships.get().owner)
    assert (made.scheme_version, made.applicant) == (wibawa, owner_user)
    assert (made.amount, made.months, made.collateral_kind) == (5_000_000, 12, CollateralKind.NONE)
    assert history(made).get().step == "start"
    assert Event.objects.filter(subject=made.reference).exists()
    assert AuditEntry.objects.filter(subject=made.reference, actor=owner_user).exists()


def test_what_the_scheme_does_not_lend_is_left_out_of_the_start(shop, owner_user):
    made, _created = service.start_application(shop, actor=owner_user, amount=70_000_000, months=600)
    assert (made.amount, made.months) == (None, None)


def test_a_second_start_gives_the_same_draft(shop, owner_user):
    first, _created = service.start_application(shop, actor=owner_user)
    assert service.start_application(shop, actor=owner_user) == (first, False)


def test_a_running_application_is_named_instead_of_a_second_one(draft, shop, owner_user):
    service.submit_application(draft, actor=owner_user)
    with pytest.raises(ValidationError, match=draft.reference):
        service.start_application(shop, actor=owner_user)


def test_one_owner_applies_once_whatever_business(draft, owner_user):
    other = make_business(BusinessStatus.REGISTERED, speaker=owner_user, registered_on=date(2015, 1, 1))
    other.ownerships.update(owner=draft.owner)
    with pytest.raises(ValidationError, match="untuk usaha lain"):
        service.start_application(other, actor=owner_user)


def test_a_start_is_refused_with_what_to_do(shop, owner_user, stranger, partner, wibawa):
    with pytest.raises(type(shop).DoesNotExist):
        service.start_application(shop, actor=stranger)
    with pytest.raises(PermissionDenied):
        service.start_application(shop, actor=partner)
    waiting = make_business(BusinessStatus.SUBMITTED, speaker=owner_user)
    with pytest.raises(ValidationError, match="belum terdaftar"):
        service.start_application(waiting, actor=owner_user)
    SchemeVersion.objects.update(in_force_until=timezone.localdate() - timedelta(days=1))
    with pytest.raises(ValidationError, match="tidak ada skema"):
        service.start_application(shop, actor=owner_user)
    assert not Application.objects.exists()


def test_a_running_loan_refuses_a_start_where_the_scheme_has_that_rule(
    application, partner, owner_user, monkeypatch
):
    paid = application("approved")
    records.signed_loan(paid, actor=partner)
    Application.objects.update(status="disbursed")
    with pytest.raises(ValidationError, match="masih mempunyai pinjaman Wibawa") as refused:
        service.start_application(paid.business, actor=owner_user)
    assert service.start_refusal(paid.business) == refused.value.messages[0]
    assert Application.objects.count() == 1
    SchemeVersion.objects.update(in_force_until=timezone.localdate() - timedelta(days=1))
    monkeypatch.setattr(
        records, "RULES", [rule for rule in records.RULES if rule[0] != RuleKind.NO_OPEN_LOAN]
    )
    records.scheme_version(number=2, in_force_from=timezone.localdate())
    assert service.start_refusal(paid.business) == ""
    assert service.start_application(paid.business, actor=owner_user)[1]


@pytest.mark.parametrize("who", ["the business under a new owner", "the owner with another business"])
def test_a_running_loan_of_the_business_or_of_its_owner_refuses_a_start(
    application, partner, owner_user, who
):
    paid = application("approved")
    records.signed_loan(paid, actor=partner)
    Application.objects.update(status="disbursed")
    other = make_business(speaker=owner_user, registered_on=date(2015, 1, 1))
    if who == "the business under a new owner":
        asking = paid.business
        asking.ownerships.update(owner=other.ownerships.get().owner)
    else:
        asking = other
        asking.ownerships.update(owner=paid.owner)
    with pytest.raises(ValidationError, match="Usaha ini atau pemiliknya masih mempunyai pinjaman Wibawa"):
        service.start_application(asking, actor=owner_user)
    Loan.objects.update(status="cancelled")
    assert service.start_application(asking, actor=owner_user)[1]


def test_who_was_refused_applies_again_from_the_day_that_was_named(draft, shop, owner_user):
    tomorrow = timezone.localdate() + timedelta(days=1)
    Application.objects.update(
        status="declined",
        purpose="x",
        submitted_at=timezone.now(),
        reason=Reason.objects.get(code="ability"),
        reapply_on=tomorrow,
    )
    with pytest.raises(ValidationError, match="mengajukan lagi sejak"):
        service.start_application(shop, actor=owner_user)
    Application.objects.update(reapply_on=timezone.localdate())
    assert service.start_application(shop, actor=owner_user)[1]


def _start_at_once(shop, actor, threads):
    barrier, results = threading.Barrier(threads), []

    def one():
        try:
            barrier.wait()
            results.append(service.start_application(shop, actor=actor))
        finally:
            connections.close_all()

    running = [threading.Thread(target=one) for _number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_four_starts_at_once_are_one_application(shop, owner_user):
    results = _start_at_once(shop, owner_user, 4)
    assert len(results) == 4
    assert sum(created for _made, created in results) == 1
    assert len({made.pk for made, _created in results}) == Application.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_constraints_four_starts_are_more_than_one(shop, owner_user):
    """The negative control: what keeps starts apart is the database, and nothing else."""
    constraints = [one for one in Application._meta.constraints if one.name in service.ONE_OPEN]
    with connection.schema_editor() as editor:
        for one in constraints:
            editor.remove_constraint(Application, one)
    try:
        made = 1
        for _try in range(5):
            _start_at_once(shop, owner_user, 4)
            made = max(made, Application.objects.count())
            if made > 1:
                break
            Application.objects.update(status="withdrawn")
        assert made > 1
    finally:
        Application.objects.update(status="withdrawn")
        with connection.schema_editor() as editor:
            for one in constraints:
                editor.add_constraint(Application, one)


# --- Filling in -------------------------------------------------------------------------------------------------------


def test_answers_are_kept_page_by_page_and_counted(draft, owner_user):
    saved = service.save_answers(draft, actor=owner_user, version=draft.version, amount=4_000_000, months=10)
    assert (saved.amount, saved.months) == (4_000_000, 10)
    assert saved.version > draft.version


def test_an_old_page_is_refused_and_the_present_record_comes_with_it(draft, owner_user):
    service.save_answers(draft, actor=owner_user, version=draft.version, amount=4_000_000)
    with pytest.raises(StaleRecord) as refused:
        service.save_answers(draft, actor=owner_user, version=draft.version, amount=3_000_000)
    assert refused.value.current.amount == 4_000_000


def test_what_the_scheme_does_not_lend_is_refused_beside_its_field(draft, owner_user):
    with pytest.raises(ValidationError) as refused:
        service.save_answers(draft, actor=owner_user, amount=51_000_000, months=2)
    assert set(refused.value.error_dict) == {"amount", "months"}


def test_the_amount_decides_whether_collateral_is_asked(draft, owner_user):
    bigger = service.save_answers(draft, actor=owner_user, amount=10_000_000)
    assert DocumentKind.COLLATERAL in service.needed_documents(bigger)
    assert {gap.section for gap in service.gaps(bigger)} == {"agunan", "berkas"}
    service.save_answers(
        bigger,
        actor=owner_user,
        collateral_kind="vehicle",
        collateral_description="BPKB Beat 2021",
        collateral_value=12_000_000,
    )
    smaller = service.save_answers(bigger, actor=owner_user, amount=5_000_000)
    assert (smaller.collateral_kind, smaller.collateral_description, smaller.collateral_value) == (
        "none",
        "",
        None,
    )
    assert service.gaps(smaller) == []


def test_strangers_and_officials_without_the_role_fill_in_nothing(draft, stranger, verifier):
    with pytest.raises(Application.DoesNotExist):
        service.save_answers(draft, actor=stranger, amount=4_000_000)
    with pytest.raises(PermissionDenied):
        service.save_answers(draft, actor=verifier, amount=4_000_000)


def test_what_was_sent_is_not_changed_any_more(draft, owner_user):
    sent = service.submit_application(draft, actor=owner_user)
    for change in (
        lambda: service.save_answers(sent, actor=owner_user, amount=4_000_000),
        lambda: service.add_document(sent, actor=owner_user, kind=DocumentKind.KTP, upload=picture()),
        lambda: service.save_visit_hours(sent, actor=owner_user, days=[1]),
    ):
        with pytest.raises(StepError):
            change()


def test_visiting_hours_are_kept_on_the_business(draft, shop, owner_user):
    service.save_visit_hours(draft, actor=owner_user, days=[4, 1])
    shop.refresh_from_db()
    assert shop.visit_days == [1, 4]
    with pytest.raises(ValidationError, match="paling sedikit satu hari"):
        service.save_visit_hours(draft, actor=owner_user, days=[])


def test_the_register_learns_what_it_did_not_know_of_the_owner_and_nothing_else(draft, owner_user):
    owner = draft.owner
    service.complete_owner(draft, actor=owner_user, lives_in_area=True, birth_date=date(2000, 1, 1))
    owner.refresh_from_db()
    assert owner.birth_date == date(1980, 5, 5)
    owner.ktp_area_code, owner.birth_date = "", None
    owner.save()
    with pytest.raises(ValidationError, match="hanya untuk pemilik dengan KTP"):
        service.complete_owner(draft, actor=owner_user, lives_in_area=False)
    service.complete_owner(draft, actor=owner_user, lives_in_area=True, birth_date=date(2000, 1, 1))
    owner.refresh_from_db()
    assert (owner.ktp_area_code, owner.birth_date) == ("33.74", date(2000, 1, 1))


def test_a_document_of_the_register_is_used_again_with_bytes_of_its_own(draft, shop, owner_user):
    service.remove_document(draft, actor=owner_user, kind=DocumentKind.KTP)
    with pytest.raises(ValidationError, match="belum mempunyai dokumen"):
        service.reuse_document(draft, actor=owner_user, kind=DocumentKind.KTP)
    known = attach_file(shop, picture("ktp.jpg"), kind="ktp", actor=owner_user)
    copy = service.reuse_document(draft, actor=owner_user, kind=DocumentKind.KTP)
    assert copy.sha256 == known.sha256
    assert copy.file.name != known.file.name
    with copy.file.open() as mine, known.file.open() as theirs:
        assert mine.read() == theirs.read()
    assert service.documents(draft, DocumentKind.KTP).get() == copy


def test_a_second_file_stands_in_the_place_of_the_first(draft, owner_user):
    again = service.add_document(draft, actor=owner_user, kind=DocumentKind.KTP, upload=picture())
    assert service.documents(draft, DocumentKind.KTP).get() == again


# --- Sending ----------------------------------------------------------------------------------------------------------


def test_sending_keeps_the_findings_logs_and_tells_who_speaks_for_the_business(draft, owner_user):
    sent = service.submit_application(draft, actor=owner_user)
    assert sent.status == ApplicationStatus.SUBMITTED
    assert sent.submitted_at
    assert {one["kind"] for one in sent.findings} == set(RuleKind)
    assert all(one["passed"] for one in sent.findings)
    assert history(sent).last().step == "submit"
    message = Message.objects.get(recipient=owner_user)
    assert sent.reference in message.title
    assert "paling lambat" in message.body


def test_an_empty_application_is_told_all_that_it_lacks(shop, owner_user):
    shop.visit_days = []
    shop.save()
    made, _created = service.start_application(shop, actor=owner_user)
    with pytest.raises(ValidationError) as refused:
        service.submit_application(made, actor=owner_user)
    assert len(refused.value.messages) == 9
    assert [gap.section for gap in service.gaps(made)] == [
        "pinjaman", "pinjaman", "tujuan", "tujuan", "berkas", "berkas", "berkas", "kunjungan", "persetujuan",
    ]  # fmt: skip


def test_a_hard_rule_that_fails_keeps_the_application_back_with_its_sentence(draft, owner_user):
    draft.owner.ktp_area_code = "33.22"
    draft.owner.save()
    with pytest.raises(ValidationError) as refused:
        service.submit_application(draft, actor=owner_user)
    assert "KTP beralamat di luar Kota Semarang." in sentences(refused)


def test_a_soft_rule_that_fails_goes_along_to_the_verifier(draft, shop, owner_user):
    shop.nib = None
    shop.save()
    sent = service.submit_application(draft, actor=owner_user)
    assert [one["kind"] for one in sent.findings if not one["passed"]] == [RuleKind.LICENCE]


def test_without_the_consent_nothing_is_sent(draft, owner_user):
    service.save_consent(draft, actor=owner_user, given=False)
    with pytest.raises(ValidationError, match="Setujui penerusan ke bank"):
        service.submit_application(draft, actor=owner_user)


def test_the_consent_may_be_withdrawn_and_given_again_after_sending(draft, owner_user, stranger):
    sent = service.submit_application(draft, actor=owner_user)
    with pytest.raises(Application.DoesNotExist):
        service.save_consent(sent, actor=stranger, given=False)
    service.save_consent(sent, actor=owner_user, given=False)
    assert not service.has_consent(sent)
    service.save_consent(sent, actor=owner_user, given=True)
    assert service.has_consent(sent)
    assert Consent.objects.filter(subject=sent.reference, purpose=Purpose.SHARE_WITH_BANK).count() == 2


# --- Correcting -------------------------------------------------------------------------------------------------------


@pytest.fixture
def returned(draft, owner_user, officer):
    sent = service.submit_application(draft, actor=owner_user)
    asked = take_step(sent, "ask_correction", actor=officer)
    for field in ("amount", "ktp"):
        ApplicationCorrection.objects.create(
            application=asked, field=field, note="Periksa.", asked_by=officer
        )
    return asked


def test_only_what_was_asked_is_corrected(returned, owner_user):
    assert service.asked_parts(returned) == {"amount", "ktp"}
    with pytest.raises(ValidationError, match="tidak diminta"):
        service.save_answers(returned, actor=owner_user, purpose="Lain")
    with pytest.raises(ValidationError, match="tidak diminta"):
        service.add_document(returned, actor=owner_user, kind=DocumentKind.LICENCE, upload=picture())
    service.add_document(returned, actor=owner_user, kind=DocumentKind.KTP, upload=picture())
    saved = service.save_answers(returned, actor=owner_user, amount=4_000_000)
    first_sent = saved.submitted_at
    again = service.submit_application(saved, actor=owner_user)
    assert (again.status, again.amount, again.submitted_at) == ("submitted", 4_000_000, first_sent)
    assert not again.corrections.filter(answered_at__isnull=True).exists()


def test_a_corrected_amount_that_needs_collateral_opens_that_page_too(returned, owner_user):
    saved = service.save_answers(returned, actor=owner_user, amount=10_000_000)
    assert {"collateral_kind", "collateral"} <= service.asked_parts(saved)
    saved = service.save_answers(
        saved,
        actor=owner_user,
        collateral_kind="land",
        collateral_description="SHM 123",
        collateral_value=90_000_000,
    )
    service.add_document(saved, actor=owner_user, kind=DocumentKind.COLLATERAL, upload=picture())
    assert service.submit_application(saved, actor=owner_user).status == "submitted"


# --- Withdrawing ------------------------------------------------------------------------------------------------------


def test_a_draft_that_is_withdrawn_loses_its_files_and_frees_the_business(draft, shop, owner_user):
    gone = service.withdraw_application(draft, actor=owner_user)
    assert gone.status == "withdrawn"
    assert not gone.attachments.filter(removed_at__isnull=True).exists()
    assert not service.has_consent(gone)
    assert service.start_application(shop, actor=owner_user)[1]


def test_withdrawing_frees_the_budget_and_tells_the_bank(application, owner_user, partner):
    asked = application("in_bank_review")
    version = asked.scheme_version
    reserve_budget(asked.reference, code=version.budget_code, by_year={timezone.localdate().year: 100_000})
    service.withdraw_application(asked, actor=owner_user, note="Sudah dapat modal.")
    assert not Reservation.objects.filter(subject=asked.reference).exists()
    assert Message.objects.filter(recipient=partner, about=asked.reference).exists()
    assert history(asked).last().note == "Sudah dapat modal."


@pytest.mark.parametrize("status", ["signed", "disbursed", "declined", "withdrawn"])
def test_what_is_signed_or_over_is_not_withdrawn(application, owner_user, status):
    with pytest.raises(StepError):
        service.withdraw_application(application(status), actor=owner_user)


def test_nobody_else_withdraws_it(draft, stranger, verifier):
    with pytest.raises(Application.DoesNotExist):
        service.withdraw_application(draft, actor=stranger)
    with pytest.raises(PermissionDenied):
        service.withdraw_application(draft, actor=verifier)
