"""Event stalls: one window, one draw by the published rule that anybody can compute again, stalls that are given on."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from core.lottery import draw
from core.models import AuditEntry, Message
from core.workflow import StepError
from facility.merging import check
from facility.models import StallEvent
from facility.personal_data import export, references
from facility.services import events
from facility.services.events import (
    cancel_event,
    draw_event,
    enter_event,
    finish_event,
    publish_event,
    withdraw_entry,
)
from facility.views.events import drawn_entries
from tests.facility import records

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(keeper, shop):
    """Two stalls drawn among five; `shop` is one of them."""
    event = records.stall_event(closed=True, weight_first_time=Decimal("1.5"), weight_no_lease=Decimal(2))
    for business in (shop, *(records.registered() for _ in range(4))):
        records.entry(event, business)
    return draw_event(event, actor=keeper)


def test_the_draw_is_that_of_the_lottery_with_the_published_weights(keeper, owner_user, shop):
    rule = {"weight_first_time": Decimal("1.5"), "weight_no_lease": Decimal(2)}
    earlier = records.stall_event(closed=True)
    records.entry(earlier, shop)
    draw_event(earlier, actor=keeper)
    event = records.stall_event(closed=True, **rule)
    tenant = records.registered()
    records.lease(business=tenant, status="active")
    newcomer = records.registered()
    expected = {
        records.entry(event, shop).reference: Decimal(2),
        records.entry(event, tenant).reference: Decimal("1.5"),
        records.entry(event, newcomer).reference: Decimal(3),
    }
    done = draw_event(event, actor=keeper)
    by_place = list(done.entries.order_by("place"))
    assert {one.reference: one.weight for one in by_place} == expected
    assert [one.reference for one in by_place] == [one.key for one in draw(done.seed, expected)]
    assert [one.status for one in by_place] == ["won", "won", "waiting"]
    mine = next(one for one in by_place if one.business == shop)
    assert Message.objects.filter(recipient=owner_user, about=mine.reference).count() == 1
    assert AuditEntry.objects.filter(action="facility.stallevent.draw", actor=keeper).count() == 2


def test_the_program_on_the_page_computes_the_same_order(drawn, tmp_path):
    assert withdraw_entry(drawn.entries.get(place=1), actor=User.objects.get(name="Sentot Sentra"))
    page = Client().get(reverse("stall_event", args=[drawn.reference]))
    (tmp_path / "hitung.py").write_text(page.context["script"])
    table = Client().get(reverse("stall_event_csv", args=[drawn.reference])).content
    (tmp_path / "data.csv").write_bytes(table)
    done = subprocess.run(
        [sys.executable, "-I", "hitung.py", "data.csv"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    computed = [line.split()[:2] for line in done.stdout.splitlines()]
    assert computed == [[str(one.place), one.reference] for one in drawn.entries.order_by("place")]
    assert [one.place for one, _drawn in drawn_entries(drawn)] == [1, 2, 3, 4, 5]
    assert b"mengundurkan diri" in table


def test_a_drawn_event_is_not_drawn_again(drawn, keeper, owner_user):
    assert draw_event(drawn, actor=keeper).seed == drawn.seed
    with pytest.raises(PermissionDenied):
        draw_event(drawn, actor=owner_user)
    with pytest.raises(IntegrityError, match="facility_stallevent_drawn_once"), transaction.atomic():
        StallEvent.objects.filter(pk=drawn.pk).update(seed="lain")
    with pytest.raises(IntegrityError, match="facility_stallevent_rule_frozen"), transaction.atomic():
        StallEvent.objects.filter(pk=drawn.pk).update(weight_no_lease=9)


def test_there_is_one_window_to_enter_and_no_draw_before_it_closes(keeper, owner_user, shop):
    unfinished = records.stall_event()
    with pytest.raises(ValidationError, match="masih dibuka"):
        draw_event(unfinished, actor=keeper)
    over = records.stall_event(closed=True)
    early = records.stall_event(opens_at=timezone.now() + timedelta(hours=1))
    for event in (over, early, records.stall_event(status="draft")):
        with pytest.raises((ValidationError, ObjectDoesNotExist)):
            enter_event(event, shop, actor=owner_user)
    with pytest.raises(ValidationError, match="Belum ada yang mendaftar"):
        draw_event(over, actor=keeper)
    for at in (over.opens_at - timedelta(seconds=1), over.closes_at):
        with pytest.raises(IntegrityError, match="entry_in_the_window"), transaction.atomic():
            records.entry(over, shop, entered_at=at)


def test_a_business_enters_once_and_may_come_back_within_the_window(owner_user, stranger, shop):
    event = records.stall_event()
    made = enter_event(event, shop, actor=owner_user)
    assert enter_event(event, shop, actor=owner_user) == made
    with pytest.raises(IntegrityError, match="business_once"), transaction.atomic():
        records.entry(event, shop)
    assert withdraw_entry(made, actor=owner_user).status == "withdrawn"
    assert enter_event(event, shop, actor=owner_user).status == "entered"
    assert event.entries.count() == 1
    with pytest.raises(PermissionDenied):
        enter_event(event, shop, actor=stranger)
    with pytest.raises(ObjectDoesNotExist):
        withdraw_entry(made, actor=stranger)
    assert references(owner_user) == [made.reference]
    assert [one["reference"] for one in export(owner_user)["event_stall_entries"]] == [made.reference]
    twin = records.registered()
    check(shop, twin)
    records.entry(event, twin)
    with pytest.raises(ValidationError, match="undian kios acara yang sama"):
        check(shop, twin)


def test_a_stall_that_is_given_back_goes_to_the_next_in_line(drawn, keeper):
    places = {one.place: one for one in drawn.entries.all()}
    withdraw_entry(places[4], actor=keeper)
    assert drawn.entries.filter(status="won").count() == 2
    withdraw_entry(places[1], actor=keeper)
    withdraw_entry(places[2], actor=keeper)
    assert list(drawn.entries.order_by("place").values_list("status", flat=True)) == [
        "withdrawn", "withdrawn", "won", "withdrawn", "won",
    ]  # fmt: skip
    with pytest.raises(StepError):
        withdraw_entry(places[1], actor=keeper)
    with pytest.raises(ValidationError, match="belum selesai"):
        finish_event(drawn, actor=keeper)
    assert cancel_event(drawn, actor=keeper, note="Hujan.").seed == drawn.seed
    with pytest.raises(StepError, match="dibatalkan"):
        withdraw_entry(places[3], actor=keeper)


def test_only_what_can_be_held_is_published(keeper):
    with pytest.raises(ValidationError, match="sudah ditutup"):
        publish_event(records.stall_event(closed=True, status="draft"), actor=keeper)
    with pytest.raises(ValidationError, match="sebelum hari pertama"):
        publish_event(
            records.stall_event(status="draft", closes_at=timezone.now() + timedelta(days=40)), actor=keeper
        )
    planned = records.stall_event(status="draft", centre=records.centre("planned"))
    with pytest.raises(ValidationError, match="belum dibuka"):
        publish_event(planned, actor=keeper)
    assert publish_event(records.stall_event(status="draft"), actor=keeper).status == "published"


def test_the_public_reads_numbers_seed_and_rule_and_nobodys_name(drawn, shop, client):
    text = client.get(reverse("stall_event", args=[drawn.reference])).content.decode()
    for shown in (drawn.seed, drawn.rule, "×\u00a01,5", *drawn.entries.values_list("reference", flat=True)):
        assert shown in text
    assert shop.name not in text
    unfinished = records.entry(records.stall_event(), shop)
    path = reverse("stall_event", args=[unfinished.event.reference])
    assert unfinished.reference in client.get(path).content.decode()
    assert client.get(path + "undian.csv").status_code == 404
    draft = records.stall_event(status="draft")
    assert client.get(reverse("stall_event", args=[draft.reference])).status_code == 404
    listed = client.get(reverse("stall_events")).content.decode()
    assert (drawn.name in listed, draft.name in listed) == (True, False)
    api = "/api/v1/facilities/events/"
    rows = client.get(api, {"status": "drawn"}).json()["results"]
    assert [(row["reference"], row["seed"], row["place"]) for row in rows] == [
        (drawn.reference, drawn.seed, "Lapangan Pancasila")
    ]
    assert client.get(f"{api}{drawn.reference}/").json()["stalls"] == 2
    assert client.get(f"{api}{draft.reference}/").status_code == 404


def test_an_owner_enters_and_withdraws_on_the_web(shop, sign_in, owner_user, stranger):
    event = records.stall_event()
    path = reverse("enter_stall_event", args=[event.reference])
    assert sign_in(stranger).post(path, {"business": shop.reference}).status_code == 400
    client = sign_in(owner_user)
    assert client.get(path).status_code == 200
    done = client.post(path, {"business": shop.reference})
    mine = event.entries.get()
    assert done["Location"] == reverse("my_stall_entry", args=[mine.reference])
    assert mine.reference in client.get(reverse("my_stall_entries")).content.decode()
    assert "Mengundurkan diri" in client.get(done["Location"]).content.decode()
    client = sign_in(stranger)
    for method in (client.get, client.post):
        assert method(done["Location"]).status_code == 404
    client = sign_in(owner_user)
    assert client.post(done["Location"]).status_code == 302
    mine.refresh_from_db()
    assert mine.status == "withdrawn"
    assert client.post(done["Location"]).status_code == 400


def test_officials_publish_and_draw_on_the_web_and_in_the_back_office(
    shop, sign_in, owner_user, keeper, administrator
):
    event = records.stall_event(status="draft")
    path = reverse("office_stall_event", args=[event.reference])
    assert sign_in(owner_user).get(path).status_code == 403
    client = sign_in(keeper)
    assert event.name in client.get(reverse("office_stall_events")).content.decode()
    assert client.post(path, {"action": "draw"}).status_code == 400
    assert client.post(path, {"action": "publish"}).status_code == 302
    closed = records.stall_event(closed=True)
    entry = records.entry(closed, shop)
    assert (
        client.post(reverse("office_stall_event", args=[closed.reference]), {"action": "draw"}).status_code
        == 302
    )
    closed.refresh_from_db()
    assert closed.status == "drawn"
    client = sign_in(administrator)
    for name, row in (("stallevent", closed), ("stallevententry", entry)):
        assert client.get(reverse(f"admin:facility_{name}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:facility_{name}_change", args=[row.pk])).status_code == 200
        export = client.get(reverse(f"admin:facility_{name}_export", args=["csv"]))
        assert str(row).encode() in b"".join(export.streaming_content)
    assert client.get(reverse("admin:facility_stallevent_add")).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [False, True], ids=["without the lock", "with it"])
def test_two_draws_at_once_give_one_result(guarded, monkeypatch):
    """Without the event's lock both make a seed, and the slower one is refused instead of reading what was drawn."""
    official = User.objects.create(email="undi@contoh.id", name="Undi")
    grant_role(official, Role.CLUSTER_OFFICER)
    official = User.objects.get(pk=official.pk)
    event = records.stall_event(closed=True)
    for _ in range(4):
        records.entry(event)
    both_made, seeds, making = threading.Barrier(2), [], events.new_seed

    def made():
        seed = making()
        seeds.append(seed)
        if not guarded:
            both_made.wait(20)
        return seed

    monkeypatch.setattr(events, "new_seed", made)
    if not guarded:
        monkeypatch.setattr(events, "lock_event", lambda event, actor: StallEvent.objects.get(pk=event.pk))

    def one(_number):
        try:
            return draw_event(event, actor=official).seed
        except StepError:
            return "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(one, range(2)))
    event.refresh_from_db()
    if guarded:
        assert outcomes == [event.seed] * 2
        assert len(seeds) == 1
    else:
        assert sorted(outcomes) == sorted([event.seed, "refused"])
        assert len(seeds) == 2
    assert event.entries.filter(status="won").count() == 2
