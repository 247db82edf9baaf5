"""Where a day, a year or February ends. The office lives by WIB, seven hours before the server's UTC.

Instalments due on the 31st: tests/credit/test_amortization.py.
"""

import ast
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections
from django.utils import timezone

from accounts.enums import Role
from core import letters
from core.dates import WIB, add_months, age_on, date_id, datetime_id, parse_date_id
from core.indonesia import add_working_days, parse_nik
from core.letters import issue_letter
from core.models import Letter, LetterCounter, Message, Signatory, StepLine
from core.workflow import begin
from ikm.deadlines import due_on
from ikm.enums import BusinessStatus, LetterKind
from ikm.models import Business, LetterRequest
from ikm.services.letter_issue import issue_letter_request
from ikm.services.verification import close_business
from ikm.services.visits import PlannedStop, complete_visit, plan_visits
from ikm.statistics import statistics
from tests.ikm import businesses, entries
from tests.rooms import ROOMS

ROOT = Path(__file__).resolve().parent.parent

#: The last second of a Tuesday in Semarang, and the first of the Wednesday: both on the Tuesday of UTC.
LAST_SECOND = datetime(2026, 11, 24, 23, 59, 59, tzinfo=WIB)
FIRST_SECOND = datetime(2026, 11, 25, 0, 0, 0, tzinfo=WIB)
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


def at(moment):
    return time_machine.travel(moment, tick=False)


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def signatory(db):
    return Signatory.objects.create(
        name="Ir. Contoh", post="Kepala Dinas", unit="Dinas Perindustrian", in_force_from="2020-01-01"
    )


@pytest.fixture
def verifier(person):
    """In office long before the moments below, whatever day the tests run on."""
    with at(datetime(2026, 1, 5, 9, 0, tzinfo=WIB)):
        return person(Role.VERIFIER, name="Vino Verifikator")


@pytest.fixture
def registrar(person):
    with at(datetime(2026, 1, 5, 9, 0, tzinfo=WIB)):
        return person(Role.REGISTRAR, name="Rina Petugas")


def test_the_two_moments_are_one_day_in_utc_and_two_in_semarang():
    assert LAST_SECOND.astimezone(UTC).date() == FIRST_SECOND.astimezone(UTC).date() == TUESDAY
    assert datetime_id(LAST_SECOND.astimezone(UTC)) == "24 November 2026 23.59 WIB"
    assert datetime_id(FIRST_SECOND.astimezone(UTC)) == "25 November 2026 00.00 WIB"


# --- The end of a day -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "due"), [(LAST_SECOND, date(2026, 11, 27)), (FIRST_SECOND, date(2026, 11, 30))]
)
def test_a_receipt_promises_three_working_days_from_the_day_in_semarang(owner_user, moment, due):
    draft = entries.complete_draft(owner_user)
    with at(moment):
        sent = entries.registration.submit_business(draft, actor=owner_user)
    StepLine.objects.filter(step="submit").update(at=moment)
    assert due_on(sent) == due
    assert date_id(due) in Message.objects.get(recipient=owner_user, title__contains="kami terima").body


def test_a_visit_belongs_to_the_day_in_semarang(owner_user, verifier):
    shop, other = (businesses.submitted(owner_user) for _ in range(2))
    with at(LAST_SECOND):
        (visit,) = plan_visits([PlannedStop(shop, verifier, WEDNESDAY)], actor=verifier)
        with pytest.raises(ValidationError):
            complete_visit(visit, actor=verifier, is_operating=True, latitude="-6.98", longitude="110.41")
    with at(FIRST_SECOND):
        with pytest.raises(ValidationError):
            plan_visits([PlannedStop(other, verifier, TUESDAY)], actor=verifier)
        complete_visit(visit, actor=verifier, is_operating=True, latitude="-6.98", longitude="110.41")
    shop.refresh_from_db()
    assert shop.verified_on == WEDNESDAY


@pytest.mark.parametrize(("moment", "day"), [(LAST_SECOND, TUESDAY), (FIRST_SECOND, WEDNESDAY)])
def test_statistics_count_a_closing_on_its_day_in_semarang(owner_user, registrar, client, moment, day):
    business = entries.registered(owner_user, registrar)
    with at(moment):
        close_business(business, actor=registrar, note="Pindah kota")
        assert client.get("/statistik/").context["report"].statistics.as_of == day
        next_day = date.fromordinal(day.toordinal() + 1)
        assert client.get("/statistik/", {"as_of": day.isoformat()}).status_code == 200
        assert client.get("/statistik/", {"as_of": next_day.isoformat()}).status_code == 400
    before = date.fromordinal(day.toordinal() - 1)
    assert [statistics(when, suppress=False).total.businesses for when in (before, day)] == [1, 0]


def test_a_letter_bears_the_date_of_the_day_in_semarang(owner_user, registrar, signatory):
    business = entries.registered(owner_user, registrar)
    for moment, year in [
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=WIB), 2026),
        (datetime(2027, 1, 1, tzinfo=WIB), 2027),
    ]:
        request = LetterRequest.objects.create(
            business=business, kind=LetterKind.MEREK, requested_by=owner_user,
            brand=f"Sekar {year}", goods="Kain batik", nice_class=24,
        )  # fmt: skip
        begin(request, "request", actor=owner_user)
        with at(moment):
            letter = issue_letter_request(request, actor=registrar, signatory=signatory).letter
        assert (letter.year, letter.serial, letter.valid_until) == (year, 1, date(year, 12, 31))
        assert letter.number.endswith(f"/{year}")
        with at(datetime(year, 12, 31, 23, 59, 59, tzinfo=WIB)):
            assert letter.is_valid
        with at(datetime(year + 1, 1, 1, tzinfo=WIB)):
            assert not letter.is_valid


# --- The end of a year, under load ------------------------------------------------------------------------------------

NEW_YEAR = datetime(2027, 1, 1, tzinfo=WIB)
WRITERS, BEFORE = 4, 0.4  # seconds of the old year that are left when the writers begin


def issue_over_new_year(business, actor):
    """Letters by four at once, from a little before midnight on; returns the faults they met."""
    faults = []

    def write():
        # Six each in the new year, however slow the machine.
        left = 6
        while left:
            left -= timezone.now() >= NEW_YEAR
            try:
                issue_letter(business, kind="ikm_binaan", series="SKB", title="Surat", data={}, actor=actor)
            except IntegrityError as fault:
                faults.append(fault)
        connections.close_all()

    with time_machine.travel(NEW_YEAR.timestamp() - BEFORE, tick=True):
        writers = [threading.Thread(target=write) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    return faults


def series():
    """The serials given out in each year."""
    found = {}
    for year, serial in Letter.objects.order_by("year", "serial").values_list("year", "serial"):
        found.setdefault(year, []).append(serial)
    return found


def in_wrong_year():
    """Letters whose number names another year than the one in which they were issued, in Semarang's time."""
    return [
        letter.number
        for letter in Letter.objects.all()
        if letter.issued_at.astimezone(WIB).year != letter.year
        or not letter.number.endswith(f"/{letter.year}")
    ]


@pytest.fixture
def quick_letters(monkeypatch):
    """Typesetting takes most of a letter's time; the numbering is what is raced for here."""
    monkeypatch.setattr(letters, "render_letter", lambda *arguments, **options: b"%PDF-")


@pytest.mark.django_db(transaction=True)
def test_numbers_over_new_year_have_no_gap_and_the_right_year(registrar, quick_letters):
    business = Business.objects.create(name="Batik")
    assert issue_over_new_year(business, registrar) == []
    found = series()
    assert set(found) == {2026, 2027}
    for serials in found.values():
        assert serials == list(range(1, len(serials) + 1))
    assert in_wrong_year() == []
    assert {counter.year: counter.last for counter in LetterCounter.objects.all()} == {
        year: len(serials) for year, serials in found.items()
    }


@pytest.mark.django_db(transaction=True)
def test_the_race_is_seen_when_the_counter_is_not_locked(registrar, quick_letters, monkeypatch):
    """The control: the highest number plus one, read without a lock, is drawn twice."""

    def highest_plus_one(kind, year):
        last = Letter.objects.filter(kind=kind, year=year).order_by("-serial").first()
        time.sleep(0.005)
        return last.serial + 1 if last else 1

    monkeypatch.setattr(letters, "_next_serial", highest_plus_one)
    assert issue_over_new_year(Business.objects.create(name="Batik"), registrar)


@pytest.mark.django_db(transaction=True)
def test_the_wrong_year_is_seen_when_the_day_is_that_of_utc(registrar, quick_letters, monkeypatch):
    """The control: at midnight in Semarang it is still the old year in UTC."""
    monkeypatch.setattr(letters.timezone, "localdate", lambda moment=None: (moment or timezone.now()).date())
    issue_over_new_year(Business.objects.create(name="Batik"), registrar)
    assert in_wrong_year()


# --- 29 February ------------------------------------------------------------------------------------------------------


def test_29_february_is_a_day_of_leap_years_alone(client, db):
    assert parse_date_id("29 Februari 2028") == date(2028, 2, 29)
    with pytest.raises(ValidationError):
        parse_date_id("29-02-2027")
    with at(datetime(2028, 3, 1, 9, tzinfo=WIB)):
        assert client.get("/statistik/", {"as_of": "2028-02-29"}).status_code == 200
        assert client.get("/statistik/", {"as_of": "2027-02-29"}).status_code == 400
        assert client.get("/api/v1/statistics/", {"as_of": "2028-02-29"}).json()["as_of"] == "2028-02-29"
        assert client.get("/api/v1/statistics/", {"as_of": "2027-02-29"}).status_code == 400


def test_months_and_ages_from_29_february():
    leap = date(2028, 2, 29)
    assert add_months(leap, 12) == date(2029, 2, 28)
    assert add_months(leap, 48) == date(2032, 2, 29)
    assert add_months(date(2028, 1, 31), 1, anchor=31) == leap
    assert [age_on(date(2004, 2, 29), day) for day in (date(2027, 2, 28), date(2027, 3, 1))] == [22, 23]
    assert add_working_days(date(2028, 2, 28), 1) == leap


def test_a_nik_of_somebody_born_on_29_february():
    assert parse_nik("3374016902040001").birth_date == date(2004, 2, 29)
    with pytest.raises(ValidationError):
        parse_nik("3374012902030001")


def test_a_letter_and_a_registration_of_29_february(owner_user, registrar, signatory):
    leap = datetime(2028, 2, 29, 10, tzinfo=WIB)
    business = entries.registered(owner_user, registrar)
    Business.objects.filter(pk=business.pk).update(registered_on=leap.date(), confirmed_on=leap.date())
    request = LetterRequest.objects.create(business=business, kind=LetterKind.BINAAN, requested_by=owner_user)
    begin(request, "request", actor=owner_user)
    with at(leap):
        letter = issue_letter_request(request, actor=registrar, signatory=signatory).letter
    assert datetime_id(letter.issued_at) == "29 Februari 2028 10.00 WIB"
    assert [statistics(day, suppress=False).total.businesses for day in (date(2028, 2, 28), leap.date())] == [
        0,
        1,
    ]
    # Twelve months hold to the day before the year is over, leap day or not.
    stale = Business.objects.filter(status=BusinessStatus.REGISTERED).stale
    assert not stale(date(2029, 2, 28)).exists()
    assert stale(date(2029, 3, 1)).exists()


# --- A moment without a time zone -------------------------------------------------------------------------------------

#: Calls that give a moment or day of the server's own clock and zone, and how many arguments make them harmless.
NAIVE = {"now": 1, "fromtimestamp": 2, "utcnow": None, "utcfromtimestamp": None, "today": None}


def naive_calls(source):
    """Lines of `source` that ask a datetime or date class for a moment without naming a time zone."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        holder = node.func.value
        name = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
        if node.func.attr not in NAIVE or name not in {"datetime", "date"}:
            continue
        enough = NAIVE[node.func.attr]
        if enough is None or len(node.args) + len(node.keywords) < enough:
            found.append(node.lineno)
    return found


def test_no_room_asks_the_clock_without_a_time_zone():
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for room in (*ROOMS, "semarang_ikm")
        for path in (ROOT / room).rglob("*.py")
        for line in naive_calls(path.read_text())
    }
    assert not found


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now()",
        "datetime.datetime.now()",
        "datetime.utcnow()",
        "date.today()",
        "datetime.date.today()",
        "datetime.fromtimestamp(0)",
    ],
)
def test_the_scan_sees_a_planted_line(line):
    assert naive_calls(f"x = {line}") == [1]


def test_the_scan_lets_a_named_time_zone_pass():
    assert naive_calls("datetime.now(UTC); datetime.now(tz=WIB); timezone.now(); dates.today()") == []


def test_a_naive_moment_is_refused_where_it_would_be_stored_or_shown(owner_user):
    business = Business.objects.create(name="Batik")
    business.created_at = datetime(2026, 11, 24, 23, 59, 59)
    with pytest.raises(RuntimeWarning, match="naive datetime"):
        business.save()
    with pytest.raises(RuntimeWarning, match="naive datetime"):
        list(Business.objects.filter(created_at__lt=datetime(2026, 11, 24)))
    with pytest.raises(ValueError, match="without a time zone"):
        datetime_id(datetime(2026, 11, 24))
