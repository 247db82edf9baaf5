"""The yearly report: new, unchanged, doubtful, stale."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from core.models import AuditEntry
from core.optimistic import StaleRecord
from core.workflow import StepError
from ikm.enums import BusinessStatus, FigureSource
from ikm.models import Business, YearlyFigure
from ikm.services import reports
from ikm.services.figures import record_figures
from tests.ikm.entries import in_status, registered

pytestmark = pytest.mark.django_db

FIGURES = {"men_workers": 2, "women_workers": 3, "investment": 30_000_000, "turnover": 150_000_000}


@pytest.fixture(autouse=True)
def november(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel("2026-11-24T03:00:00Z", tick=True):
        yield


@pytest.fixture
def business(owner_user, verifier):
    """Registered with figures of 2026 that the registration took; here moved to 2025, so that 2026 is open."""
    business = registered(owner_user, verifier)
    YearlyFigure.objects.update(year=2025, stated_on=date(2025, 12, 31))
    business.refresh_from_db()
    return business


def test_a_report_stands_for_its_year_and_becomes_the_latest(business, owner_user):
    figure = reports.report_figures(business, actor=owner_user, year=2026, **FIGURES)
    assert (figure.source, figure.recorded_by) == (FigureSource.OWNER, owner_user)
    business.refresh_from_db()
    assert business.latest_figure == figure
    assert business.workers == 5
    assert AuditEntry.objects.filter(subject=business.reference, action="ikm.record_figures").exists()


def test_the_same_as_last_year_by_one_click(business, owner_user):
    figure = reports.repeat_figures(business, actor=owner_user, year=2026)
    assert (figure.men_workers, figure.women_workers, figure.investment) == (1, 3, 25_000_000)
    with pytest.raises(StaleRecord):
        reports.repeat_figures(business, actor=owner_user, year=2026)


def test_without_earlier_figures_nothing_is_repeated(business, owner_user):
    with pytest.raises(ValidationError, match="Belum ada angka"):
        reports.repeat_figures(business, actor=owner_user, year=2025)


@pytest.mark.parametrize("year", [2024, 2027])
def test_only_this_year_and_the_last_are_open(year, business, owner_user):
    with pytest.raises(ValidationError):
        reports.report_figures(business, actor=owner_user, year=year, **FIGURES)


def test_a_report_on_an_older_page_is_refused(business, owner_user):
    seen = reports.report_figures(business, actor=owner_user, year=2026, **FIGURES)
    record_figures(business, actor=owner_user, year=2026, men_workers=9)
    with pytest.raises(StaleRecord) as error:
        reports.report_figures(business, actor=owner_user, year=2026, version=seen.version, **FIGURES)
    assert error.value.current.men_workers == 9


def test_strangers_officials_and_other_statuses_are_refused(business, owner_user, stranger, auditor):
    with pytest.raises(Business.DoesNotExist):
        reports.report_figures(business, actor=stranger, year=2026, **FIGURES)
    with pytest.raises(PermissionDenied):
        reports.report_figures(business, actor=auditor, year=2026, **FIGURES)


@pytest.mark.parametrize("status", sorted(set(BusinessStatus) - {BusinessStatus.REGISTERED}))
def test_only_a_registered_business_reports(status, owner_user, registrar):
    with pytest.raises(StepError):
        reports.report_figures(
            in_status(status, owner_user, registrar), actor=owner_user, year=2026, **FIGURES
        )


@pytest.mark.parametrize(
    ("after", "jumps"),
    [
        ({**FIGURES}, []),
        ({**FIGURES, "turnover": 360_000_000}, []),
        ({**FIGURES, "turnover": 360_000_001}, ["turnover"]),
        ({**FIGURES, "investment": 8_000_000}, ["investment"]),
        ({**FIGURES, "men_workers": 1, "women_workers": 0}, []),
        ({**FIGURES, "men_workers": 40}, ["workers"]),
        ({**FIGURES, "turnover": None}, []),
    ],
)
def test_what_more_than_triples_is_asked_about(after, jumps):
    before = YearlyFigure(
        men_workers=1, women_workers=3, investment=25_000_000, turnover=120_000_000, year=2025
    )
    before.workers = 4
    assert reports.big_jumps(before, after) == jumps
    assert reports.big_jumps(None, after) == []


def test_the_pages_warn_first_and_then_save(business, owner_user, sign_in):
    browser = sign_in(owner_user)
    address = reverse("report_figures", args=[business.reference, 2026])
    assert "Rp25.000.000" in browser.get(address).content.decode()
    typed = {"men_workers": "1", "women_workers": "3", "investment": "25jt", "turnover": "1,2 miliar"}
    warned = browser.post(address, typed).content.decode()
    assert "Rp120.000.000 → Rp1.200.000.000" in warned
    assert not YearlyFigure.objects.filter(year=2026).exists()
    answer = browser.post(address, {**typed, "jumps": "turnover"})
    assert answer["Location"] == reverse("my_figures", args=[business.reference])
    assert YearlyFigure.objects.get(year=2026).turnover == 1_200_000_000
    history = browser.get(answer["Location"]).content.decode()
    assert "<svg" in history
    assert "2.026" not in history


def test_a_stale_report_shows_both_values(business, owner_user, sign_in):
    record_figures(business, actor=owner_user, year=2026, men_workers=7)
    answer = sign_in(owner_user).post(
        reverse("report_figures", args=[business.reference, 2026]),
        {"version": "", "men_workers": "6", "women_workers": "0", "investment": "30jt", "turnover": "150jt"},
    )
    assert answer.status_code == 409
    assert "Kini tersimpan" in answer.content.decode()


def test_the_one_click_page(business, owner_user, stranger, sign_in):
    address = reverse("repeat_figures", args=[business.reference, 2026])
    assert sign_in(stranger).post(address).status_code == 404
    sign_in(owner_user).post(address)
    assert YearlyFigure.objects.filter(business=business, year=2026).count() == 1


def test_stale_data_are_confirmed_by_one_click(business, owner_user, sign_in):
    Business.objects.filter(pk=business.pk).update(confirmed_on=date(2025, 1, 1))
    browser = sign_in(owner_user)
    assert (
        "Data masih benar" in browser.get(reverse("my_business", args=[business.reference])).content.decode()
    )
    browser.post(reverse("confirm_business", args=[business.reference]))
    business.refresh_from_db()
    assert business.confirmed_on == date(2026, 11, 24)
    assert (
        "Data masih benar"
        not in browser.get(reverse("my_business", args=[business.reference])).content.decode()
    )


def test_a_year_without_a_report_is_a_gap_in_the_drawing(business, owner_user, sign_in):
    for year in (2021, 2022):
        record_figures(business, actor=owner_user, year=year, men_workers=2)
    page = sign_in(owner_user).get(reverse("my_figures", args=[business.reference])).content.decode()
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert all(f">{year}<" in drawing for year in range(2021, 2026))
    assert drawing.count("<circle") == 3
    assert drawing.count('class="l1"') == 1  # 2021–2022; none from there to 2025
