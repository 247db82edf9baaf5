"""The register of breaches: three days, told once, to those concerned."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import DataBreach
from accounts.services import notify_breach, record_breach
from core.models import AuditEntry, Delivery, Message

WORDS = {
    "data": "Nama dan nomor telepon.",
    "how": "Berkas terkirim ke alamat keliru, 20 November 2026.",
    "measures": "Berkas ditarik. Waspadai telepon dari yang mengaku petugas.",
}


@pytest.fixture
def breach(administrator):
    found = timezone.now() - timedelta(hours=5)
    return record_breach(DataBreach(found_at=found, **WORDS), actor=administrator)


def test_the_three_days_run_from_when_it_was_known(breach):
    assert breach.due_at - breach.found_at == timedelta(hours=72)


def test_those_concerned_are_told_once_what_how_and_what_is_done(breach, administrator, owner_user, stranger):
    breach.people.add(owner_user)
    told = notify_breach(breach, actor=administrator)
    message = Message.objects.get()
    assert message.recipient == owner_user
    assert all(words in message.body for words in WORDS.values())
    assert Delivery.objects.get().message == message
    assert told.notified_by == administrator
    assert AuditEntry.objects.get(action="accounts.notify_breach").detail == {"people": 1}
    with pytest.raises(ValidationError, match="sudah diberitahukan"):
        notify_breach(breach, actor=administrator)
    assert Message.objects.count() == 1


def test_without_names_everybody_is_told_but_no_closed_account(breach, administrator, owner_user, person):
    gone = person()
    gone.is_active = False
    gone.save()
    notify_breach(breach, actor=administrator)
    assert {message.recipient for message in Message.objects.all()} == {administrator, owner_user}


def test_the_administrator_alone_records_and_tells(breach, registrar, auditor):
    for actor in (registrar, auditor):
        with pytest.raises(PermissionDenied):
            record_breach(DataBreach(**WORDS), actor=actor)
        with pytest.raises(PermissionDenied):
            notify_breach(breach, actor=actor)


def test_the_back_office_records_shows_the_term_and_asks_before_it_tells(
    administrator, auditor, registrar, owner_user, sign_in
):
    client = sign_in(administrator)
    data = WORDS | {"found_at_0": "2026-11-20", "found_at_1": "09:00", "people": [owner_user.pk]}
    answer = client.post(reverse("admin:accounts_databreach_add"), data)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    breach = DataBreach.objects.get()
    assert list(breach.people.all()) == [owner_user]
    listing = reverse("admin:accounts_databreach_changelist")
    assert "23 November 2026" in client.get(listing).content.decode()
    action = next(
        name
        for name in (
            option[0] for option in client.get(listing).context["action_form"].fields["action"].choices
        )
        if "notify" in name
    )
    asked = {"action": action, "_selected_action": [breach.pk]}
    assert breach.reference in client.post(listing, asked).content.decode()
    assert not Message.objects.exists()
    client.post(listing, asked | {"confirmed": "x"})
    assert Message.objects.get().recipient == owner_user
    change = reverse("admin:accounts_databreach_change", args=[breach.pk])
    assert client.post(change, WORDS | {"data": "Lain", "authority_told_on": "2026-11-22"}).status_code == 302
    breach.refresh_from_db()
    assert (breach.data, str(breach.authority_told_on)) == (WORDS["data"], "2026-11-22")
    assert sign_in(auditor).get(change).status_code == 200
    assert sign_in(registrar).get(change).status_code == 403
