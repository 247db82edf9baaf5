"""Registering a business through the services: what they do, refuse, log and tell."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from accounts.enums import Role
from core.models import AuditEntry, Delivery, Event, Message
from core.optimistic import StaleRecord
from core.workflow import StepError, history, take_step
from ikm.enums import BusinessStatus
from ikm.models import Area, Business, CorrectionItem, Owner, Representative
from ikm.services import registration
from ikm.services.registration import ALREADY_REGISTERED
from tests.ikm.entries import complete_draft, in_status, kelurahan, new_nik, picture, registered, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def codes(error, field):
    return [one.code for one in error.value.error_dict[field]]


def test_starting_makes_a_draft_for_which_one_speaks(owner_user):
    business, created = registration.start_registration(actor=owner_user)
    assert created
    assert business.status == BusinessStatus.DRAFT
    assert list(Business.objects.visible_to(owner_user)) == [business]
    assert [line.step for line in history(business)] == ["start"]
    assert AuditEntry.objects.filter(subject=business.reference, action="ikm.business.start").exists()


def test_a_second_start_gives_the_existing_draft(owner_user):
    first, _created = registration.start_registration(actor=owner_user)
    second, created = registration.start_registration(actor=owner_user)
    assert (second, created) == (first, False)


@pytest.mark.django_db(transaction=True)
def test_ten_presses_at_once_make_one_draft(owner_user):
    barrier, started = Barrier(10), []

    def press():
        try:
            barrier.wait()
            started.append(registration.start_registration(actor=owner_user)[1])
        finally:
            connection.close()

    threads = [Thread(target=press) for _number in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(started) == [False] * 9 + [True]
    assert Business.objects.count() == 1


def test_an_official_does_not_start_a_registration_here(verifier):
    with pytest.raises(PermissionDenied):
        registration.start_registration(actor=verifier)


def test_a_page_is_kept_with_everything_empty(owner_user):
    business, _created = registration.start_registration(actor=owner_user)
    registration.save_details(business, actor=owner_user, name="", address="", kelurahan=None)
    assert registration.save_owner(business, actor=owner_user, name="", nik="", phone="") is None
    assert registration.save_figures(business, actor=owner_user, men_workers=None, women_workers=None) is None


def test_a_stranger_cannot_write_into_a_draft(owner_user, stranger):
    business, _created = registration.start_registration(actor=owner_user)
    with pytest.raises(Business.DoesNotExist):
        registration.save_details(business, actor=stranger, name="Milik saya")
    with pytest.raises(Business.DoesNotExist):
        registration.submit_business(business, actor=stranger)


def test_a_stale_page_is_refused_and_shows_what_stands(owner_user):
    business, _created = registration.start_registration(actor=owner_user)
    registration.save_details(business, actor=owner_user, version=business.version, name="Dari telepon lain")
    with pytest.raises(StaleRecord) as error:
        registration.save_details(
            business, actor=owner_user, version=business.version, name="Dari telepon ini"
        )
    assert error.value.current.name == "Dari telepon lain"


def test_saving_the_owner_makes_an_older_page_stale(owner_user):
    business, _created = registration.start_registration(actor=owner_user)
    registration.save_owner(business, actor=owner_user, version=business.version, name="Siti")
    with pytest.raises(StaleRecord):
        registration.save_owner(business, actor=owner_user, version=business.version, name="Sita")


def test_what_is_missing_is_told_all_at_once(owner_user):
    business, _created = registration.start_registration(actor=owner_user)
    with pytest.raises(ValidationError) as error:
        registration.submit_business(business, actor=owner_user)
    assert len(error.value.messages) == len(registration.gaps(business)) == 15
    business.refresh_from_db()
    assert business.status == BusinessStatus.DRAFT


def test_a_complete_draft_lacks_nothing(owner_user):
    assert registration.gaps(complete_draft(owner_user)) == []


def test_submitting_moves_logs_and_tells(owner_user):
    business = submitted(owner_user)
    assert business.status == BusinessStatus.SUBMITTED
    assert history(business).last().step == "submit"
    assert Event.objects.filter(subject=business.reference, kind="ikm.business.submit").count() == 1
    message = Message.objects.get(recipient=owner_user, about=business.reference)
    assert business.reference in message.body
    assert Delivery.objects.filter(message=message, channel="email").count() == 1


def test_nothing_is_told_when_the_step_is_refused(owner_user):
    business = submitted(owner_user)
    before = Message.objects.count(), Event.objects.count(), history(business).count()
    with pytest.raises(StepError):
        registration.submit_business(business, actor=owner_user)
    assert (Message.objects.count(), Event.objects.count(), history(business).count()) == before


def test_a_sent_entry_is_not_filled_in_any_more(owner_user):
    business = submitted(owner_user)
    for call in (
        lambda: registration.save_details(business, actor=owner_user, name="Lain"),
        lambda: registration.save_owner(business, actor=owner_user, name="Lain"),
        lambda: registration.add_product(business, actor=owner_user, name="Lain"),
        lambda: registration.remove_product(business.products.get(), actor=owner_user),
        lambda: registration.add_licence(business, actor=owner_user, kind="other", number="1"),
        lambda: registration.save_figures(business, actor=owner_user, men_workers=9),
        lambda: registration.save_consents(business, actor=owner_user, purposes={"register"}),
        lambda: registration.add_document(business, actor=owner_user, part="document_ktp", upload=picture()),
        lambda: registration.remove_document(business, actor=owner_user, part="document_ktp"),
        lambda: registration.discard_draft(business, actor=owner_user),
    ):
        with pytest.raises(StepError):
            call()


def test_the_nib_of_another_file_leads_to_the_claim(owner_user, stranger):
    submitted(owner_user, nib="1234567890123")
    business, _created = registration.start_registration(actor=stranger)
    with pytest.raises(ValidationError) as error:
        registration.save_details(business, actor=stranger, nib="1234567890123")
    assert codes(error, "nib") == [ALREADY_REGISTERED]
    assert "Batik" not in str(error.value)


def test_the_nik_of_another_file_leads_to_the_claim_without_a_name(owner_user, stranger):
    nik = new_nik()
    submitted(owner_user, nik=nik)
    business, _created = registration.start_registration(actor=stranger)
    with pytest.raises(ValidationError) as error:
        registration.save_owner(business, actor=stranger, name="Orang Lain", nik=nik)
    assert codes(error, "nik") == [ALREADY_REGISTERED]
    assert "Siti" not in str(error.value)
    assert Owner.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_with_one_nib_one_is_told(owner_user, stranger):
    businesses = {
        person: registration.start_registration(actor=person)[0] for person in (owner_user, stranger)
    }
    barrier, refused = Barrier(2), []

    def save(person):
        try:
            barrier.wait()
            with transaction.atomic():
                registration.save_details(businesses[person], actor=person, nib="1234567890123")
        except ValidationError as error:
            refused.append([one.code for one in error.error_dict["nib"]])
        finally:
            connection.close()

    threads = [Thread(target=save, args=[person]) for person in businesses]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert refused == [[ALREADY_REGISTERED]]
    assert Business.objects.filter(nib="1234567890123").count() == 1


def test_a_second_business_of_the_same_person_has_the_same_owner(owner_user):
    nik = new_nik()
    first = submitted(owner_user, nik=nik)
    second = complete_draft(owner_user, name="Usaha kedua", nik=nik)
    owner = first.ownerships.get().owner
    assert second.ownerships.get().owner == owner
    registration.save_owner(second, actor=owner_user, name="Nama lain", nik=nik)
    owner.refresh_from_db()
    assert owner.name == "Siti Aminah"


def test_a_licence_number_is_checked_by_its_kind(owner_user):
    business, _created = registration.start_registration(actor=owner_user)
    with pytest.raises(ValidationError) as error:
        registration.add_licence(business, actor=owner_user, kind="merek", number="123")
    assert "number" in error.value.error_dict
    licence = registration.add_licence(business, actor=owner_user, kind="merek", number="idm 000984301")
    assert licence.number == "IDM000984301"
    registration.remove_licence(licence, actor=owner_user)
    assert not business.licences.exists()


def test_the_same_product_twice_is_refused(owner_user):
    business, _created = registration.start_registration(actor=owner_user)
    registration.add_product(business, actor=owner_user, name="Batik  tulis")
    with pytest.raises(ValidationError):
        registration.add_product(business, actor=owner_user, name="BATIK TULIS")
    business.refresh_from_db()
    assert business.product_words == "Batik tulis"


def test_a_new_photo_stands_in_the_place_of_the_old_one(owner_user):
    business = complete_draft(owner_user)
    first = registration.documents(business, "ktp").get()
    second = registration.add_document(business, actor=owner_user, part="document_ktp", upload=picture())
    assert registration.documents(business, "ktp").get() == second != first


def test_money_waits_for_the_workers(owner_user):
    business, _created = registration.start_registration(actor=owner_user)
    with pytest.raises(ValidationError, match="pekerja"):
        registration.save_figures(business, actor=owner_user, investment=1_000_000)
    assert not business.figures.exists()


def test_ones_own_nib_leads_to_ones_own_file(owner_user):
    own = submitted(owner_user, nib="1234567890123")
    business, _created = registration.start_registration(actor=owner_user)
    with pytest.raises(ValidationError) as error:
        registration.save_details(business, actor=owner_user, nib="1234567890123")
    assert codes(error, "nib") == [None]
    assert own.reference in error.value.messages[0]


def test_a_business_with_nearly_the_same_name_and_address_is_shown(owner_user, stranger):
    known = submitted(owner_user, name="Batik Sekar Jagad")
    alike = complete_draft(stranger, name="Batik Sekar Jagat", phone="+6281300000009")
    assert registration.look_alikes(alike, actor=stranger) == [known]
    own = complete_draft(owner_user, name="Batik Sekar Jagat")
    assert registration.look_alikes(own, actor=owner_user) == []


def test_a_phone_alone_shows_nobodys_business(owner_user, stranger):
    submitted(owner_user, name="Batik Sekar Jagad")
    same_phone = complete_draft(stranger, name="Mebel Jati")
    assert registration.look_alikes(same_phone, actor=stranger) == []


@pytest.mark.django_db(transaction=True)
def test_discarding_removes_the_files_too(owner_user, settings):
    business = complete_draft(owner_user)
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    registration.discard_draft(business, actor=owner_user)
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_discarding_removes_the_draft_and_an_owner_who_owns_nothing_else(owner_user):
    business = complete_draft(owner_user)
    registration.discard_draft(business, actor=owner_user)
    assert not Business.objects.exists()
    assert not Owner.objects.exists()
    assert not Representative.objects.exists()
    assert AuditEntry.objects.filter(subject=business.reference, action="ikm.business.discard").exists()


def test_a_draft_that_was_once_sent_is_not_discarded(owner_user, verifier):
    business = in_status(BusinessStatus.REJECTED, owner_user, verifier)
    business = registration.revise_business(business, actor=owner_user)
    assert business.status == BusinessStatus.DRAFT
    with pytest.raises(ValidationError, match="pernah dikirim"):
        registration.discard_draft(business, actor=owner_user)


def ask(business, official, *fields):
    for field in fields:
        CorrectionItem.objects.create(business=business, field=field, reason="mismatch", asked_by=official)
    return take_step(business, "ask_correction", actor=official)


def test_only_what_is_asked_can_be_corrected(owner_user, verifier):
    business = ask(submitted(owner_user), verifier, "address", "document_ktp")
    registration.save_details(business, actor=owner_user, address="Jalan Pandanaran 5")
    registration.add_document(business, actor=owner_user, part="document_ktp", upload=picture())
    for call in (
        lambda: registration.save_details(business, actor=owner_user, kelurahan=kelurahan()),
        lambda: registration.save_owner(business, actor=owner_user, name="Lain"),
        lambda: registration.save_figures(business, actor=owner_user, men_workers=2),
        lambda: registration.add_product(business, actor=owner_user, name="Lain"),
        lambda: registration.add_document(
            business, actor=owner_user, part="document_business_photo", upload=picture()
        ),
    ):
        with pytest.raises(ValidationError, match="tidak diminta"):
            call()


def test_sending_again_answers_what_was_asked(owner_user, verifier):
    business = ask(submitted(owner_user), verifier, "address")
    business = registration.submit_business(business, actor=owner_user)
    assert business.status == BusinessStatus.SUBMITTED
    assert not business.correction_items.filter(answered_at__isnull=True).exists()


@pytest.mark.parametrize(
    ("field", "correct"),
    [
        ("address", lambda b, u: registration.save_details(b, actor=u, address="Jalan Baru")),
        ("kelurahan", lambda b, u: registration.save_details(b, actor=u, kelurahan=other_kelurahan())),
        ("owner_name", lambda b, u: registration.save_owner(b, actor=u, name="Siti Baru")),
        ("owner_nik", lambda b, u: registration.save_owner(b, actor=u, nik=new_nik())),
        ("products", lambda b, u: registration.add_product(b, actor=u, name="Batik cap")),
        ("workers", lambda b, u: registration.save_figures(b, actor=u, men_workers=2, women_workers=3)),
        ("licences", lambda b, u: registration.add_licence(b, actor=u, kind="other", number="1")),
        (
            "document_ktp",
            lambda b, u: registration.add_document(b, actor=u, part="document_ktp", upload=picture()),
        ),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_part_counts_as_corrected_once_it_is_another(field, correct, owner_user, verifier):
    """With real transactions, since the history dates a row by the transaction that wrote it."""
    business = ask(submitted(owner_user), verifier, field)
    item = business.correction_items.get()
    assert not registration.is_changed_since(business, item)
    correct(business, owner_user)
    business.refresh_from_db()
    assert registration.is_changed_since(business, item)


def other_kelurahan():
    return Area.objects.filter(level="kelurahan").last()


def test_a_correction_may_not_empty_what_is_needed(owner_user, verifier):
    business = ask(submitted(owner_user), verifier, "address")
    with pytest.raises(ValidationError):
        registration.save_details(business, actor=owner_user, address="")


def test_who_sends_does_not_approve_even_as_administrator(person):
    boss = person(Role.ADMINISTRATOR)
    business = submitted(boss)
    with pytest.raises(PermissionDenied):
        take_step(business, "register", actor=boss, registered_on=date(2026, 1, 5))


def test_the_register_entry_keeps_the_scale_of_its_figures(owner_user, verifier):
    business = registered(owner_user, verifier)
    business.refresh_from_db()
    assert (business.scale, business.workers) == ("small", 4)


def test_who_is_overtaken_after_the_look_at_the_table_reads_the_same_sentence(
    owner_user, stranger, monkeypatch
):
    first, second = (registration.start_registration(actor=person)[0] for person in (owner_user, stranger))
    real = Business.full_clean

    def overtaken(self, *args, **kwargs):
        Business.objects.filter(pk=first.pk).update(nib="1234567890123")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Business, "full_clean", overtaken)
    with pytest.raises(ValidationError) as error:
        registration.save_details(second, actor=stranger, nib="1234567890123")
    assert codes(error, "nib") == [ALREADY_REGISTERED]
