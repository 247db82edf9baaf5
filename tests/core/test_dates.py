"""Days, months and periods in WIB."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError

from core import dates


def day(text):
    return datetime.date.fromisoformat(text)


def test_the_day_changes_at_midnight_in_semarang_not_in_utc():
    with time_machine.travel("2026-12-31T16:59:59Z", tick=False):
        assert dates.today() == day("2026-12-31")
    with time_machine.travel("2026-12-31T17:00:00Z", tick=False):
        assert dates.today() == day("2027-01-01")


def test_dates_are_written_out():
    assert dates.date_id(day("2026-11-24")) == "24 November 2026"
    assert dates.date_id(day("2026-08-01")) == "1 Agustus 2026"
    assert dates.date_short_id(day("2026-08-01")) == "01-08-2026"
    moment = datetime.datetime(2026, 11, 24, 6, 5, tzinfo=datetime.UTC)
    assert dates.datetime_id(moment) == "24 November 2026 13.05 WIB"


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        dates.datetime_id(datetime.datetime(2026, 11, 24, 6, 5))


@pytest.mark.parametrize(
    "text",
    [
        "24-11-2026",
        "24/11/2026",
        "24.11.2026",
        "2026-11-24",
        "24 November 2026",
        " 24  NOVEMBER 2026 ",
        "24 Nov 2026",
        "24 Nov. 2026",
        "24-Nopember-2026",
        datetime.date(2026, 11, 24),
        datetime.datetime(2026, 11, 24, 9),
    ],
)
def test_dates_are_read_as_people_write_them(text):
    assert dates.parse_date_id(text) == day("2026-11-24")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("24-11-26", "format"),
        ("24-11/2026", "format"),
        ("24 Brumaire 2026", "format"),
        ("besok", "format"),
        ("29-02-2027", "calendar"),
        ("11-24-2026", "calendar"),
        ("0000-01-01", "calendar"),
    ],
)
def test_unclear_dates_are_refused(text, code):
    with pytest.raises(ValidationError) as caught:
        dates.parse_date_id(text)
    assert caught.value.code == code


def test_every_written_date_of_four_years_is_read_back():
    for offset in range(366 * 4):
        wanted = day("2024-01-01") + datetime.timedelta(days=offset)
        assert dates.parse_date_id(dates.date_id(wanted)) == wanted
        assert dates.parse_date_id(dates.date_short_id(wanted)) == wanted


def test_the_31st_keeps_its_day_through_short_months():
    first = day("2027-01-31")
    series = [dates.add_months(first, count, anchor=31) for count in range(4)]
    assert series == [day("2027-01-31"), day("2027-02-28"), day("2027-03-31"), day("2027-04-30")]
    assert dates.add_months(day("2028-01-31"), 1) == day("2028-02-29")
    assert dates.add_months(day("2027-01-15"), -1) == day("2026-12-15")
    assert dates.add_months(day("2026-12-15"), 12) == day("2027-12-15")


def test_age_counts_whole_years():
    assert dates.age_on(day("2009-11-25"), day("2026-11-24")) == 16
    assert dates.age_on(day("2009-11-24"), day("2026-11-24")) == 17
    assert dates.age_on(day("2008-02-29"), day("2026-02-28")) == 17
    assert dates.age_on(day("2008-02-29"), day("2026-03-01")) == 18


@pytest.mark.parametrize(
    ("code", "label", "start", "end"),
    [
        ("2026", "Tahun 2026", "2026-01-01", "2026-12-31"),
        ("2026-S1", "Semester I 2026", "2026-01-01", "2026-06-30"),
        ("2026-S2", "Semester II 2026", "2026-07-01", "2026-12-31"),
        ("2026-T1", "Triwulan I 2026", "2026-01-01", "2026-03-31"),
        ("2026-T4", "Triwulan IV 2026", "2026-10-01", "2026-12-31"),
    ],
)
def test_periods(code, label, start, end):
    period = dates.parse_period(code.lower())
    assert (period.code, period.label) == (code, label)
    assert (period.start, period.end) == (day(start), day(end))
    assert day(start) in period
    assert day(end) in period
    assert day(end) + datetime.timedelta(days=1) not in period


def test_each_day_lies_in_one_quarter_and_one_semester():
    for offset in range(365):
        wanted = day("2026-01-01") + datetime.timedelta(days=offset)
        quarters = [dates.quarter(2026, index) for index in (1, 2, 3, 4)]
        assert [period for period in quarters if wanted in period] == [dates.quarter_of(wanted)]
        semesters = [dates.semester(2026, index) for index in (1, 2)]
        assert [period for period in semesters if wanted in period] == [dates.semester_of(wanted)]


@pytest.mark.parametrize("code", ["", "26", "2026-S3", "2026-T5", "2026-1", "1826"])
def test_unknown_periods_are_refused(code):
    with pytest.raises(ValidationError):
        dates.parse_period(code)
    with pytest.raises(ValueError):
        dates.semester(2026, 3)
    with pytest.raises(ValueError):
        dates.quarter(2026, 0)
