"""What waits and what was decided in the demo city, in a smaller one."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from core.models import Attachment, Letter, Message
from core.workflow import StepLine
from credit.demo.seed import Size
from credit.demo.seed import seed_demo as seed_credit
from credit.selectors import findings_of
from credit.services import applications
from credit.services.reference import load_reference
from ikm.deadlines import due_on
from ikm.demo import people
from ikm.demo.city import PUBLISHED_ON, CitySize
from ikm.demo.pictures import sample_card
from ikm.demo.seed import seed_demo
from ikm.enums import (
    BusinessStatus,
    ChangeStatus,
    ImportStatus,
    LetterRequestStatus,
    PairStatus,
    RepresentativeStatus,
    VisitStatus,
)
from ikm.models import (
    Business,
    ChangeItem,
    ChangeRequest,
    CorrectionItem,
    DuplicatePair,
    ImportBatch,
    LetterRequest,
    Representative,
    Visit,
)
from ikm.services.figures import refresh_current
from ikm.statistics import statistics

pytestmark = pytest.mark.timeout(600)

SIZE = CitySize(businesses=800, ikm=770, workers=6500, medium=45, closed_before=5, later=60, twins=25)


@pytest.fixture(scope="module")
def whole_city(django_db_setup, django_db_blocker, tmp_path_factory):
    """A small demo city with all its cases, made once for this module and taken back at its end."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        seed_demo(size=SIZE)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def city(whole_city, db):
    """The demo city; what a test changes is taken back."""


def statuses(model):
    return set(model.objects.values_list("status", flat=True))


def test_there_is_something_in_every_status(city):
    assert statuses(Business) == set(BusinessStatus)
    assert statuses(ChangeRequest) == set(ChangeStatus)
    assert statuses(LetterRequest) == set(LetterRequestStatus)
    assert statuses(DuplicatePair) == set(PairStatus)
    assert statuses(Representative) >= set(RepresentativeStatus) - {"withdrawn"}


def test_the_cases_leave_the_published_totals_alone(city):
    then = statistics(PUBLISHED_ON).total
    assert (then.businesses, then.ikm, then.workers) == (SIZE.businesses, SIZE.ikm, SIZE.workers)
    assert refresh_current(Business.objects.values_list("pk", flat=True)) == 0


def test_what_was_sent_is_whole_and_some_of_it_is_overdue(city):
    waiting = list(Business.objects.filter(status=BusinessStatus.SUBMITTED))
    assert len(waiting) >= 15
    assert {due_on(business) < date.today() for business in waiting} == {True, False}
    for business in waiting:
        kinds = set(business.attachments.values_list("kind", flat=True))
        assert kinds == {"ktp", "business_photo"}
        assert business.latest_figure.workers > 0
    assert CorrectionItem.objects.filter(answered_at=None).count() >= 6


def test_changes_were_decided_field_by_field(city):
    verdicts = set(ChangeItem.objects.values_list("verdict", flat=True))
    assert verdicts == {"pending", "accepted", "refused"}


def test_a_sheet_waits_for_the_registrar(city):
    batch = ImportBatch.objects.get()
    assert (batch.status, batch.rows_new, batch.rows_refused) == (ImportStatus.CHECKED, 4, 2)


def test_letters_were_issued_and_one_was_revoked(city):
    assert Letter.objects.count() == 5
    assert Letter.objects.exclude(revoked_at=None).count() == 1


def test_visits_are_planned_were_made_and_were_in_vain(city):
    assert statuses(Visit) == set(VisitStatus)
    assert not Visit.objects.filter(status=VisitStatus.PLANNED, planned_on__lt=date.today()).exists()
    assert Visit.objects.filter(status=VisitStatus.DONE, distance_m__gt=0, is_operating=False).exists()
    assert Visit.objects.filter(previous__status=VisitStatus.NOT_AT_HOME, attempt=2).exists()


def test_second_entries_were_found(city):
    assert DuplicatePair.objects.count() >= SIZE.twins * 3 / 4


def test_the_entrepreneur_sees_businesses_in_several_states(city):
    siti = User.objects.get(email=people.ENTREPRENEUR.email)
    mine = Business.objects.visible_to(siti)
    assert {business.status for business in mine} == {
        BusinessStatus.REGISTERED,
        BusinessStatus.SUBMITTED,
        BusinessStatus.NEEDS_CORRECTION,
        BusinessStatus.REJECTED,
        BusinessStatus.DRAFT,
    }
    assert {business.is_stale for business in mine if business.status == BusinessStatus.REGISTERED} == {
        True,
        False,
    }
    assert Message.objects.filter(recipient=siti).count() >= 8


def test_nobody_registered_what_he_or_she_sent(city):
    submitted = {
        (line.content_type_id, line.object_id): line.actor_id
        for line in StepLine.objects.filter(step="submit")
    }
    for line in StepLine.objects.filter(step="register"):
        assert submitted[line.content_type_id, line.object_id] != line.actor_id
    officials = {sign_in.email for sign_in in people.OFFICIALS} | {people.SECOND_VERIFIER.email}
    assert {line.actor.email for line in StepLine.objects.filter(step="register")} <= officials


def test_pictures_can_be_seen_of_some(city):
    shown = Attachment.objects.filter(is_public=True)
    assert shown.count() == 40
    assert all(attachment.subject.status == BusinessStatus.REGISTERED for attachment in shown[:10])


def test_making_it_again_changes_nothing(city, capsys, settings):
    settings.DEMO = ["ikm.demo.seed"]
    before = Business.objects.count(), User.objects.count()
    call_command("seed_demo")
    assert "already there" in capsys.readouterr().out
    assert (Business.objects.count(), User.objects.count()) == before
    assert User.objects.filter(role_assignments__role=Role.ENTREPRENEUR).count() > 40


def test_the_second_entrepreneur_can_apply_for_credit_from_start_to_receipt(city, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    load_reference()
    seed_credit(
        size=Size(**dict.fromkeys(Size.__dataclass_fields__, 0) | {"loans": 8, "submitted": 2, "planned": 1})
    )
    joko = User.objects.get(email=people.APPLICANT.email)
    (workshop,) = Business.objects.visible_to(joko)
    application, created = applications.start_application(workshop, actor=joko)
    assert created
    assert not application.attachments.exists()
    application = applications.save_answers(
        application,
        actor=joko,
        amount=5_000_000,
        months=12,
        purpose_kind="investment",
        purpose="Membeli mesin serut kayu.",
    )
    assert {finding.kind: finding.passed for finding in findings_of(application)} == dict.fromkeys(
        application.scheme_version.rules.values_list("kind", flat=True), True
    )
    for kind in applications.needed_documents(application):
        applications.add_document(application, actor=joko, kind=kind, upload=sample_card(joko.name))
    applications.save_consent(application, actor=joko, given=True)
    applications.submit_application(application, actor=joko)
    client.force_login(joko)
    receipt = client.get(reverse("credit_receipt", args=[application.reference]))
    assert application.reference in receipt.content.decode()
