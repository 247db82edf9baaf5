"""The order in which changes were committed: what bounds a reading, tokens, and numbers from another server."""

import base64
import json

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from core.following import Since, bounded, read_since, settle
from core.problems import ApiProblem
from core.records import BumpAndNumber, Followed, NumberChange, Numbered
from core.references import new_reference
from ikm.models import Business

FOLLOWED = [model for model in apps.get_models() if issubclass(model, Numbered)]


@pytest.mark.parametrize("model", FOLLOWED, ids=lambda model: model._meta.label)
def test_every_followed_model_numbers_its_changes_and_has_the_index_they_are_read_by(model):
    trigger = BumpAndNumber if issubclass(model, Followed) else NumberChange
    assert [type(one) for one in model._meta.triggers].count(trigger) == 1
    assert ["change_number", model._meta.pk.name] in [index.fields for index in model._meta.indexes]


@pytest.mark.django_db
def test_a_row_bears_the_number_of_the_transaction_that_wrote_it_last():
    def number():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint + core_change_base()")
            return cursor.fetchone()[0]

    business = Business.objects.create(reference=new_reference("IKM"), name="Batik Sekar")
    business.refresh_from_db()
    assert business.change_number == number()
    Business.objects.filter(pk=business.pk).update(brand="Baru", change_number=3)
    business.refresh_from_db()
    assert business.change_number == number()
    assert business.version == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["kemarin", "WzFd", "bnVsbA", "!", base64.urlsafe_b64encode(b'["a",1.5,null,""]').decode()]
)
def test_what_is_neither_a_moment_nor_a_token_is_refused(text):
    with pytest.raises(ValidationError):
        read_since(text)


@pytest.mark.django_db
def test_a_token_is_read_as_it_was_written():
    since = bounded(Business)
    assert read_since(str(since)) == since
    assert read_since(str(since.after)) == Since(since.database, since.until)


@pytest.mark.django_db
def test_a_token_of_another_database_or_from_its_future_is_refused():
    here = bounded(Business)
    for since in (Since("another", 5), Since(here.database, here.until + 1000)):
        with pytest.raises(ApiProblem) as refusal:
            bounded(Business, since)
        assert (refusal.value.status_code, refusal.value.members["code"]) == (410, "start_again")


@pytest.mark.django_db
def test_rows_from_another_server_are_not_passed_over_in_silence_and_are_settled():
    business = Business.objects.create(reference=new_reference("IKM"), name="Batik Sekar")
    with connection.cursor() as cursor:
        # As they are after a dump was restored: the trigger did not number them.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ikm_business DISABLE TRIGGER USER")
        cursor.execute("UPDATE ikm_business SET change_number = change_number + 5000000")
        cursor.execute("ALTER TABLE ikm_business ENABLE TRIGGER USER")
    with pytest.raises(ApiProblem) as refusal:
        bounded(Business)
    assert (refusal.value.status_code, refusal.value.members["code"]) == (503, "numbers_unsettled")
    business.refresh_from_db()
    imported = business.change_number
    assert settle()
    assert not settle()
    # Not millions behind; a little, while somebody else's transaction runs on this server.
    assert bounded(Business).until > imported - 1_000_000
    Business.objects.filter(pk=business.pk).update(brand="Baru")
    business.refresh_from_db()
    assert business.change_number > imported


@pytest.mark.django_db
def test_nothing_to_settle_is_said(capsys):
    call_command("settle_changes")
    assert capsys.readouterr().out == "nothing to settle\n"


@pytest.mark.django_db
def test_changes_are_found_in_the_order_of_their_index():
    with connection.cursor() as cursor:
        # For tables as empty as these another plan would be as good.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        for model in FOLLOWED:
            rows = model.objects.filter(change_number__gte=5, change_number__lt=9).order_by(
                "change_number", "pk"
            )
            plan = json.loads(rows.only("pk")[:51].explain(format="json"))[0]["Plan"]
            assert plan["Node Type"] == "Limit"
            (scan,) = plan["Plans"]
            assert scan["Index Name"].endswith("_changes"), model


@pytest.mark.django_db
def test_an_answer_says_until_when_it_is_complete():
    since = bounded(Business)
    assert since.complete_until <= timezone.now().isoformat()
