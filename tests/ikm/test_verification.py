import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from core.models import AuditEntry, Event, Message, StepLine
from core.optimistic import StaleRecord
from core.workflow import StepError, history
from ikm.enums import BusinessStatus
from ikm.models import Business, CorrectionItem, Owner
from ikm.services.verification import (
    Correction,
    ask_confirmation,
    ask_correction,
    close_business,
    confirm_business,
    plan_confirmations,
    register_business,
    reject_business,
    reopen_business,
    reveal_nik,
)
from tests.ikm import businesses

NAME = Correction("name", "mismatch", "Nama di NIB lain.")


@pytest.fixture
def waiting(owner_user):
    return businesses.submitted(owner_user)


def test_registering_sets_the_dates_logs_and_tells(waiting, verifier, owner_user):
    registered = register_business(waiting, actor=verifier)

    today = timezone.localdate()
    assert registered.status == BusinessStatus.REGISTERED
    assert (registered.registered_on, registered.verified_on, registered.confirmed_on) == (today,) * 3
    assert registered.verified_by == verifier
    assert [line.step for line in history(registered)] == ["submit", "register"]
    assert Message.objects.get(recipient=owner_user).about == registered.reference
    assert AuditEntry.objects.filter(action="ikm.business.register", subject=registered.reference).exists()
    assert Event.objects.filter(kind="ikm.business.register", subject=registered.reference).exists()


def test_registering_again_keeps_the_first_day_in_the_register(waiting, verifier):
    Business.objects.filter(pk=waiting.pk).update(registered_on=date(2015, 3, 2))
    waiting.refresh_from_db()
    assert register_business(waiting, actor=verifier).registered_on == date(2015, 3, 2)


def test_who_sent_it_cannot_accept_it_even_as_administrator(administrator, verifier):
    own = businesses.submitted(administrator)
    with pytest.raises(PermissionDenied, match="orang lain"):
        register_business(own, actor=administrator)
    assert register_business(own, actor=verifier).status == BusinessStatus.REGISTERED


@pytest.mark.parametrize("role", ["auditor", "owner_user", "stranger"])
def test_others_decide_nothing(waiting, role, request):
    actor = request.getfixturevalue(role)
    for decide in (
        lambda: register_business(waiting, actor=actor),
        lambda: ask_correction(waiting, [NAME], actor=actor),
        lambda: reject_business(waiting, actor=actor, note="Bukan industri"),
    ):
        with pytest.raises(PermissionDenied):
            decide()
    waiting.refresh_from_db()
    assert waiting.status == BusinessStatus.SUBMITTED
    assert not Message.objects.exists()


def test_a_file_changed_after_it_was_read_is_not_registered(waiting, verifier):
    seen = waiting.version
    Business.objects.filter(pk=waiting.pk).update(name="Nama lain")
    with pytest.raises(StaleRecord):
        register_business(waiting, actor=verifier, version=seen)
    waiting.refresh_from_db()
    assert waiting.status == BusinessStatus.SUBMITTED


def test_a_correction_names_its_parts_and_tells_which(waiting, verifier, owner_user):
    returned = ask_correction(
        waiting, [NAME, Correction("document_ktp", "unreadable")], actor=verifier, note="Terima kasih."
    )

    assert returned.status == BusinessStatus.NEEDS_CORRECTION
    assert list(CorrectionItem.objects.values_list("field", "reason", "note", "asked_by")) == [
        ("name", "mismatch", "Nama di NIB lain.", verifier.pk),
        ("document_ktp", "unreadable", "", verifier.pk),
    ]
    body = Message.objects.get(recipient=owner_user).body
    assert "Nama usaha" in body
    assert "Foto KTP" in body
    assert "NIB" not in body


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ([], "paling sedikit satu"),
        ([Correction("status", "mismatch")], "tidak dapat diminta"),
        ([NAME, NAME], "dua kali"),
        ([Correction("name", "other")], "Jelaskan"),
        ([Correction("name", "because")], "because"),
    ],
)
def test_a_correction_that_says_nothing_useful_is_refused(waiting, verifier, items, sentence):
    with pytest.raises(ValidationError, match=sentence):
        ask_correction(waiting, items, actor=verifier)
    waiting.refresh_from_db()
    assert waiting.status == BusinessStatus.SUBMITTED
    assert not CorrectionItem.objects.exists()


def test_a_rejection_needs_a_reason_and_tells_it(waiting, verifier, owner_user):
    with pytest.raises(ValidationError, match="alasan"):
        reject_business(waiting, actor=verifier, note=" ")
    reject_business(waiting, actor=verifier, note="Ini usaha dagang, bukan industri")
    assert "Ini usaha dagang, bukan industri." in Message.objects.get(recipient=owner_user).body


def test_closing_and_reopening(registrar, owner_user):
    shop = businesses.business(speaker=owner_user, registered_on=date(2020, 1, 1))
    closed = close_business(shop, actor=registrar, note="Pemilik pindah", closed_on=date(2024, 5, 6))
    assert closed.closed_on == date(2024, 5, 6)
    reopened = reopen_business(closed, actor=registrar, note="Pemilik kembali")
    assert (reopened.status, reopened.closed_on) == (BusinessStatus.REGISTERED, None)
    assert Message.objects.filter(recipient=owner_user).count() == 2


def test_nothing_closes_before_it_was_registered(registrar):
    shop = businesses.business(registered_on=date(2020, 1, 1))
    with pytest.raises(ValidationError, match="sesudah tanggal terdaftar"):
        close_business(shop, actor=registrar, note="Tutup", closed_on=date(2019, 1, 1))


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_register_it_once(waiting, verifier, registrar):
    outcomes, gate = [], threading.Barrier(2)

    def decide(actor):
        gate.wait()
        try:
            register_business(Business.objects.get(pk=waiting.pk), actor=actor)
            outcomes.append("moved")
        except StepError:
            outcomes.append("out of turn")
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(actor,)) for actor in (verifier, registrar)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["moved", "out of turn"]
    assert StepLine.objects.filter(step="register").count() == 1
    assert Message.objects.count() == 1


# --- Keeping it fresh --------------------------------------------------------------------------------------------------


@pytest.fixture
def stale(owner_user):
    old = timezone.localdate() - timedelta(days=400)
    return businesses.business(speaker=owner_user, registered_on=old, confirmed_on=old)


def test_the_owner_confirms_with_one_click(stale, owner_user):
    assert stale.is_stale
    confirmed = confirm_business(stale, actor=owner_user)
    assert confirmed.confirmed_on == timezone.localdate()
    assert not confirmed.is_stale
    assert AuditEntry.objects.filter(action="ikm.business.confirm", actor=owner_user).exists()


def test_nobody_else_confirms(stale, stranger, verifier, waiting, owner_user):
    with pytest.raises(Business.DoesNotExist):
        confirm_business(stale, actor=stranger)
    with pytest.raises(PermissionDenied):
        confirm_business(stale, actor=verifier)
    with pytest.raises(StepError):
        confirm_business(waiting, actor=owner_user)


def test_asking_tells_once_and_leaves_out_who_cannot_or_need_not_be_asked(stale, verifier, owner_user):
    old = timezone.localdate() - timedelta(days=400)
    unreachable = businesses.business(registered_on=old, confirmed_on=old)
    fresh = businesses.business(speaker=owner_user, registered_on=old, confirmed_on=timezone.localdate())
    everyone = [stale, unreachable, fresh]

    preview = plan_confirmations(everyone)
    assert not Message.objects.exists()
    done = ask_confirmation(everyone, actor=verifier)

    assert done == preview
    assert (done.told, done.unreachable, done.fresh) == ([stale], [unreachable], [fresh])
    assert Message.objects.filter(recipient=owner_user).count() == 1
    again = ask_confirmation(everyone, actor=verifier)
    assert (again.told, again.asked_lately) == ([], [stale])
    assert Message.objects.count() == 1


def test_an_auditor_asks_nobody(stale, auditor):
    with pytest.raises(PermissionDenied):
        ask_confirmation([stale], actor=auditor)


# --- NIK ----------------------------------------------------------------------------------------------------------------


def test_a_nik_is_shown_for_a_reason_that_is_kept(waiting, verifier):
    owner = Owner.objects.get()
    assert reveal_nik(owner, actor=verifier, reason="Mencocokkan dengan KTP") == owner.nik
    entry = AuditEntry.objects.get(action="ikm.owner.reveal_nik")
    assert (entry.actor, entry.subject) == (verifier, owner.reference)
    assert entry.detail == {"reason": "Mencocokkan dengan KTP"}
    assert owner.nik not in str(entry.detail)


def test_a_nik_is_not_shown_without_a_reason_or_the_right(waiting, verifier, auditor):
    owner = Owner.objects.get()
    with pytest.raises(ValidationError, match="alasan"):
        reveal_nik(owner, actor=verifier, reason="cek")
    with pytest.raises(PermissionDenied):
        reveal_nik(owner, actor=auditor, reason="Mencocokkan dengan KTP")
    assert not AuditEntry.objects.filter(action="ikm.owner.reveal_nik").exists()


@pytest.mark.parametrize(
    ("today", "confirmed_on", "stale_then"),
    [
        ("2026-11-24", "2025-11-24", False),  # twelve months to the day
        ("2026-11-24", "2025-11-23", True),
        ("2024-12-01", "2023-12-01", False),  # a leap day lies between
        ("2025-02-28", "2024-02-28", False),
        ("2025-03-01", "2024-02-29", True),
        ("2026-11-24", None, True),
    ],
)
def test_a_verification_is_stale_after_twelve_months(stale, today, confirmed_on, stale_then):
    Business.objects.filter(pk=stale.pk).update(confirmed_on=confirmed_on)
    stale.refresh_from_db()
    with time_machine.travel(f"{today}T09:00:00+07:00", tick=False):
        assert stale.is_stale is stale_then
        assert Business.objects.stale().exists() is stale_then
