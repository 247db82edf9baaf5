"""The demo city: exact where it was published, consistent everywhere, the same each time."""

import hashlib
from collections import Counter
from datetime import date
from random import Random

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from accounts.enums import Purpose, Role
from accounts.models import AccessToken, Consent, User
from accounts.scopes import scopes_for
from core.indonesia import check_licence_number, parse_nik, parse_npwp, parse_phone
from core.references import parse_reference
from ikm.demo import people
from ikm.demo.city import PUBLISHED_ON, CitySize, Planner, plan_city
from ikm.demo.load import day_limits, load_city
from ikm.enums import BusinessStatus, LicenceKind
from ikm.models import Area, Business, Licence, Owner, YearlyFigure
from ikm.scale import scales
from ikm.services.figures import refresh_current
from ikm.statistics import statistics

SMALL_SIZE = CitySize(businesses=210, ikm=200, workers=1700, medium=12, closed_before=5, later=20, twins=6)
CHECKED = {
    LicenceKind.NIB: "nib",
    LicenceKind.PIRT: "pirt",
    LicenceKind.HALAL: "halal",
    LicenceKind.MEREK: "brand",
    LicenceKind.BPOM: "bpom",
    LicenceKind.SNI: "sni",
    LicenceKind.TKDN: "tkdn",
}


# The first test waits for the whole city, on whatever machine this is.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def whole_city(django_db_setup, django_db_blocker):
    """The register of the demo city, made once for this module and taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        persons = people.make_people()
        load_city(plan_city(Planner(2017, date.today())), registrar=persons[Role.REGISTRAR])
        yield
        transaction.set_rollback(True)


@pytest.fixture
def city(whole_city, db):
    """The demo city; what a test changes is taken back."""


def one_row(query, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchone()


def test_the_published_totals_come_out_exactly(city):
    """Counted by plain SQL, apart from the portal's own statistics: 3,675 businesses, 3,497 IKM, 29,770 workers."""
    found = one_row(
        """
        SELECT count(*), count(*) FILTER (WHERE f.scale IN ('small', 'medium')),
               sum(f.men_workers + f.women_workers) FILTER (WHERE f.scale IN ('small', 'medium'))
        FROM ikm_business b
        JOIN LATERAL (SELECT * FROM ikm_yearlyfigure y WHERE y.business_id = b.id AND y.stated_on <= %s
                      ORDER BY y.stated_on DESC, y.id DESC LIMIT 1) f ON TRUE
        WHERE b.status IN ('registered', 'closed') AND b.registered_on <= %s
          AND (b.closed_on IS NULL OR b.closed_on > %s)
        """,
        *[PUBLISHED_ON] * 3,
    )
    assert found == (3675, 3497, 29_770)


def test_the_statistics_say_the_same_and_today_differs(city):
    then, now = statistics(PUBLISHED_ON), statistics(date.today())
    assert (then.total.businesses, then.total.ikm, then.total.workers) == (3675, 3497, 29_770)
    assert str(then.ikm_share) == "95.16"
    assert now.total.businesses != 3675
    assert now.total.workers != 29_770


def test_the_city_is_spread_over_every_kecamatan_and_kelurahan(city):
    then = statistics(PUBLISHED_ON, suppress=False)
    assert len(then.by_kecamatan) == 16
    assert min(cell.businesses for cell in then.by_kecamatan) >= 80
    settled = set(Business.objects.in_register(PUBLISHED_ON).values_list("kelurahan_id", flat=True))
    assert settled == set(Area.objects.filter(level="kelurahan").values_list("code", flat=True))


def test_furniture_gathers_where_it_does_in_the_city(city):
    furniture = Business.objects.in_register(PUBLISHED_ON).filter(main_kbli__code="31001")
    hubs = Counter(furniture.values_list("kelurahan__parent__name", flat=True)).most_common(3)
    assert {name for name, _count in hubs} == {"Genuk", "Mijen", "Semarang Barat"}


def test_what_the_register_copies_is_what_the_figures_say(city):
    limits = day_limits()
    for figure in YearlyFigure.objects.iterator():
        found = scales(
            limits(figure.stated_on),
            workers=figure.men_workers + figure.women_workers,
            investment=figure.investment,
            turnover=figure.turnover,
            day=figure.stated_on,
        )
        assert (figure.scale, figure.pp7_scale, figure.bps_scale) == (found.kemenperin, found.pp7, found.bps)
    assert refresh_current(Business.objects.values_list("pk", flat=True)) == 0


def test_figures_lie_within_the_life_of_their_business(city):
    assert not one_row(
        """
        SELECT count(*) FROM ikm_yearlyfigure f JOIN ikm_business b ON b.id = f.business_id
        WHERE f.stated_on < b.registered_on OR f.stated_on >= b.closed_on OR f.stated_on > current_date
        """
    )[0]
    years = set(YearlyFigure.objects.values_list("year", flat=True))
    assert set(range(2013, 2019)) <= years
    assert date.today().year - 1 in years


def test_identifiers_have_the_right_form_and_cannot_be_a_persons(city):
    for owner in Owner.objects.exclude(nik=""):
        nik = parse_nik(owner.nik)
        assert nik.birth_date == owner.birth_date
        assert not nik.warnings
        assert int(owner.nik[-4:]) > 9000
        assert parse_phone(owner.phone) == owner.phone
        assert "0000" in owner.phone
    for npwp in Business.objects.exclude(npwp="").values_list("npwp", flat=True):
        assert parse_npwp(npwp).number == npwp
    for licence in Licence.objects.filter(kind__in=CHECKED):
        assert check_licence_number(CHECKED[licence.kind], licence.number).number == licence.number


def test_licences_have_run_out_are_about_to_and_hold(city):
    today = date.today()
    days = [(end - today).days for end in Licence.objects.values_list("expires_on", flat=True) if end]
    assert sum(day < 0 for day in days) > 50
    assert sum(0 <= day < 60 for day in days) > 20
    assert sum(day > 365 for day in days) > 100


def test_most_agreed_to_be_found(city):
    registered = Business.objects.filter(status=BusinessStatus.REGISTERED)
    published = registered.published()
    assert 0.55 < published.count() / registered.count() < 0.65
    assert Consent.objects.active(Purpose.REGISTER).count() >= registered.count()
    assert published.exclude(story="").count() > 500
    assert Business.objects.stale().count() > 300
    assert Business.objects.stale().count() < registered.count() / 2


def test_second_entries_wait_to_be_found(city):
    pairs = one_row(
        """
        SELECT count(*) FROM ikm_business a JOIN ikm_business b
          ON a.id < b.id AND a.kelurahan_id = b.kelurahan_id AND a.latitude = b.latitude
         AND similarity(upper(a.name), upper(b.name)) > 0.3
        """
    )[0]
    assert 25 <= pairs <= 45


def test_a_sample_satisfies_the_models_as_if_typed_in(city):
    rng = Random(5)
    for model in (Business, YearlyFigure, Licence, Owner):
        for pk in rng.sample(list(model.objects.values_list("pk", flat=True)), 60):
            record = model.objects.get(pk=pk)
            record.full_clean(exclude=["workers", "search", "kecamatan_code"])
            if hasattr(record, "reference"):
                assert parse_reference(record.reference) == record.reference


def test_everybody_can_sign_in(city):
    for sign_in in people.SHOWN:
        user = User.objects.get(email=sign_in.email)
        assert user.roles == {sign_in.role}
        assert user.check_password(people.PASSWORD)
    roles = {sign_in.role for sign_in in people.SHOWN}
    assert roles == set(Role)
    for client_id, secret, beginning in (
        (people.CLIENT_ID, people.CLIENT_SECRET, AccessToken.PREFIX),
        (people.TEST_CLIENT_ID, people.TEST_CLIENT_SECRET, AccessToken.TEST_PREFIX),
    ):
        answer = (
            Client()
            .post(
                "/api/v1/oauth/token/",
                {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret},
            )
            .json()
        )
        assert answer["scope"].split() == scopes_for("bank")
        assert answer["access_token"].startswith(beginning)


def test_the_sign_ins_are_shown(city, capsys):
    call_command("show_demo")
    shown = capsys.readouterr().out
    assert people.PASSWORD in shown
    assert all(sign_in.email in shown for sign_in in people.SHOWN)
    assert "/kantor/" in shown


def digest(seed, today):
    plan = plan_city(Planner(seed, today), SMALL_SIZE)
    return hashlib.sha256(repr(plan).encode()).hexdigest()


def test_the_same_seed_and_day_plan_the_same_city():
    day = date(2026, 11, 24)
    assert digest(1, day) == digest(1, day)
    assert digest(1, day) != digest(2, day)


def test_the_published_past_does_not_move_with_the_calendar():
    def past(today):
        return [
            (planned.values["name"], planned.values["registered_on"], planned.owner.nik, figure)
            for planned in plan_city(Planner(1, today), SMALL_SIZE)[: SMALL_SIZE.businesses]
            for figure in planned.figures
            if figure.year == 2017
        ]

    assert past(date(2026, 11, 24)) == past(date(2027, 3, 1))
