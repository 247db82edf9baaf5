"""Proposed changes: only what differs, decided field by field, told line by line."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.models import AuditEntry, Event, Message
from core.workflow import StepError, history
from ikm.enums import BusinessStatus, ChangeStatus, ChangeVerdict
from ikm.models import Area, Business, ChangeRequest, Kbli
from ikm.parts import PARTS
from ikm.services import changes
from ikm.services.changes import Decision
from tests.ikm.entries import in_status, kelurahan, registered, submitted

pytestmark = pytest.mark.django_db

YES = Decision(accept=True)


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def business(owner_user, verifier):
    return registered(owner_user, verifier)


def propose(business, actor, **values):
    return changes.propose_changes(business, actor=actor, values=values)


def test_only_what_differs_becomes_a_line(business, owner_user):
    request = propose(
        business,
        owner_user,
        name=business.name,
        address="Jalan Gajah Mada 9",
        products="Batik tulis",
        phone="+6281300000001",
        visit_days=[0, 2],
        kelurahan=business.kelurahan,
    )
    assert {item.field: (item.old_value, item.new_value) for item in request.items.all()} == {
        "address": ("Jalan Pemuda 1", "Jalan Gajah Mada 9"),
        "phone": ("", "+6281300000001"),
    }
    assert history(request).get().step == "propose"
    assert Event.objects.filter(subject=request.reference, kind="ikm.changerequest.propose").exists()
    assert Message.objects.filter(recipient=owner_user, about=request.reference).exists()
    business.refresh_from_db()
    assert business.address == "Jalan Pemuda 1"


def test_line_ends_and_blanks_at_the_ends_are_no_change(business, owner_user):
    Business.objects.filter(pk=business.pk).update(address="Jalan Pemuda 1 \nRT 2")
    with pytest.raises(ValidationError, match="Belum ada isian yang berubah"):
        propose(business, owner_user, address="Jalan Pemuda 1\r\nRT 2")


def test_the_page_sent_as_it_stands_proposes_nothing_and_one_change_one_line(business, owner_user, sign_in):
    """Also with a KBLI of an older version and with gaps that an imported file may have."""
    older = Kbli.objects.create(version=2015, code="13134", title="Industri batik")
    Business.objects.filter(pk=business.pk).update(main_kbli=older, address="Jalan Pemuda 1\nRT 2")
    business.products.all().delete()
    business.refresh_from_db()
    browser, address = sign_in(owner_user), reverse("propose_changes", args=[business.reference])
    form = browser.get(address).context["form"]
    stands = {
        field.html_name: value if (value := field.value()) is not None else ""
        for field in form
        if field.value() not in (None, "", [])
    }
    stands["owner_phone"] = "0812 3456 7890"
    stands |= {name: f"{stands[name]:%H.%M}" for name in ("visit_from", "visit_until")}
    stands["address"] = stands["address"].replace("\n", "\r\n")
    answer = browser.post(address, stands)
    assert "Belum ada isian yang berubah" in answer.content.decode()
    browser.post(address, stands | {"brand": "Sekar"})
    assert [item.field for item in ChangeRequest.objects.get().items.all()] == ["brand"]


def test_a_business_without_an_owner_may_still_be_changed(business, owner_user, sign_in):
    business.ownerships.all().delete()
    form = sign_in(owner_user).get(reverse("propose_changes", args=[business.reference])).context["form"]
    assert not [name for name in form.fields if name.startswith("owner_")]
    with pytest.raises(ValidationError):
        propose(business, owner_user, owner_name="Siti")


def test_nothing_differs_nothing_is_proposed(business, owner_user):
    with pytest.raises(ValidationError, match="Belum ada isian yang berubah"):
        propose(business, owner_user, name=business.name)
    assert not ChangeRequest.objects.exists()


def test_one_proposal_waits_at_a_time(business, owner_user):
    propose(business, owner_user, name="Nama kedua")
    with pytest.raises(ValidationError, match="menunggu keputusan"):
        propose(business, owner_user, name="Nama ketiga")


def test_a_proposal_that_could_never_be_written_is_refused_at_once(business, owner_user, stranger):
    submitted(stranger, name="Lain", nib="1234567890123")
    for values in (
        {"nib": "1234567890123"},
        {"nib": "12"},
        {"name": ""},
        {"latitude": "-3.1", "longitude": "110.4"},
        {"visit_from": "13:00", "visit_until": "09:00"},
        {"main_kbli": "2020-00000"},
        {"kelurahan": "99.99.99.9999"},
        {"products": ""},
        {"npwp": "1"},
        {"owner_nik": "3374010101800001"},
    ):
        with pytest.raises(ValidationError):
            propose(business, owner_user, **values)
    assert not ChangeRequest.objects.exists()
    business.refresh_from_db()
    assert business.products.count() == 1


@pytest.mark.parametrize("status", sorted(set(BusinessStatus) - {BusinessStatus.REGISTERED}))
def test_only_a_registered_business_is_changed_by_proposal(status, owner_user, registrar):
    business = in_status(status, owner_user, registrar)
    with pytest.raises(StepError):
        propose(business, owner_user, name="Lain")


def test_a_stranger_proposes_nothing(business, stranger, registrar):
    with pytest.raises(Business.DoesNotExist):
        propose(business, stranger, name="Lain")
    with pytest.raises(PermissionDenied):
        propose(business, registrar, name="Lain")


def test_accepted_lines_are_written_and_refused_ones_are_not(business, owner_user, verifier):
    other = Area.objects.filter(level="kelurahan").exclude(pk=kelurahan().pk).first()
    request = propose(
        business,
        owner_user,
        name="Batik Baru",
        kelurahan=other,
        products="Batik cap\nbatik tulis",
        owner_phone="+6281300000001",
        address="Jalan Palsu",
    )
    decided = changes.decide_changes(
        request,
        actor=verifier,
        decisions={
            "name": YES,
            "kelurahan": YES,
            "products": YES,
            "owner_phone": YES,
            "address": Decision(accept=False, reason="Alamat tidak ditemukan."),
        },
    )
    assert decided.status == ChangeStatus.DECIDED
    assert decided.decided_by == verifier
    business.refresh_from_db()
    assert (business.name, business.kelurahan, business.address) == ("Batik Baru", other, "Jalan Pemuda 1")
    assert set(business.products.values_list("name", flat=True)) == {"Batik tulis", "Batik cap"}
    assert business.product_words == "Batik tulis, Batik cap"
    assert business.ownerships.get().owner.phone == "+6281300000001"
    verdicts = dict(request.items.values_list("field", "verdict"))
    assert verdicts["address"] == ChangeVerdict.REFUSED
    assert verdicts["name"] == ChangeVerdict.ACCEPTED
    message = Message.objects.filter(recipient=owner_user, about=request.reference).first()
    assert "Alamat usaha: ditolak. Alamat tidak ditemukan." in message.body
    assert "Nama usaha: diterima." in message.body
    assert AuditEntry.objects.filter(subject=business.reference, action="ikm.business.change").count() == 1


def test_an_undecided_line_or_a_refusal_without_reason_decides_nothing(business, owner_user, verifier):
    request = propose(business, owner_user, name="Baru", address="Jalan Baru")
    for decisions in ({"name": YES}, {"name": YES, "address": Decision(accept=False)}):
        with pytest.raises(ValidationError) as error:
            changes.decide_changes(request, actor=verifier, decisions=decisions)
        assert list(error.value.error_dict) == ["address"]
    request.refresh_from_db()
    business.refresh_from_db()
    assert request.status == ChangeStatus.PROPOSED
    assert business.name == "Batik Sekar Jagad"


def test_what_changed_since_the_proposal_is_not_overwritten(business, owner_user, verifier):
    request = propose(business, owner_user, name="Baru")
    Business.objects.filter(pk=business.pk).update(name="Diubah petugas")
    with pytest.raises(ValidationError) as error:
        changes.decide_changes(request, actor=verifier, decisions={"name": YES})
    assert "sudah berubah" in error.value.message_dict["name"][0]
    refusal = Decision(accept=False, reason="Sudah lain.")
    changes.decide_changes(request, actor=verifier, decisions={"name": refusal})
    business.refresh_from_db()
    assert business.name == "Diubah petugas"


def test_who_proposes_does_not_decide(administrator, verifier):
    business = registered(administrator, verifier)
    request = propose(business, administrator, name="Baru")
    with pytest.raises(PermissionDenied):
        changes.decide_changes(request, actor=administrator, decisions={"name": YES})


def test_a_proposal_is_withdrawn_once(business, owner_user, verifier):
    request = propose(business, owner_user, name="Baru")
    changes.withdraw_changes(request, actor=owner_user)
    with pytest.raises(StepError):
        changes.withdraw_changes(request, actor=owner_user)
    with pytest.raises(StepError):
        changes.decide_changes(request, actor=verifier, decisions={"name": YES})
    propose(business, owner_user, name="Baru lagi")


def test_values_read_as_people_write_them():
    assert changes.shown("visit_days", "0,2") == "Senin, Rabu"
    assert changes.shown("legal_form", "cv") == "CV"
    assert changes.shown("kelurahan", kelurahan().pk) == str(kelurahan())
    assert changes.shown("kelurahan", "99") == "99"


def test_the_parts_that_are_proposed_are_parts_of_the_register():
    assert set(changes.FIELDS) <= set(PARTS)
    assert not {"owner_nik", "npwp"} & set(changes.FIELDS)
