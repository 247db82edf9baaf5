"""The commands of the demo on an empty register, and the big register for measurements."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from core.indonesia import parse_phone
from core.references import parse_reference
from ikm.demo import people
from ikm.demo.load import day_limits
from ikm.demo.scale import load_scale
from ikm.enums import IKM_SCALES
from ikm.models import Business, YearlyFigure
from ikm.scale import scales
from ikm.services.figures import refresh_current

pytestmark = pytest.mark.django_db


def test_production_gets_no_demo(settings, capsys):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="not made in production"):
        call_command("seed_demo")
    with pytest.raises(CommandError, match="not made in production"):
        call_command("seed_demo", scale=10)
    call_command("show_demo")
    assert people.PASSWORD not in capsys.readouterr().out
    assert not User.objects.exists()


def indexes():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename IN ('ikm_business', 'ikm_yearlyfigure', 'ikm_product')"
        )
        return {row[0] for row in cursor.fetchall()}


def test_a_big_register_holds_the_same_rules():
    before = indexes()
    assert load_scale(2500, seed=1) == 2500
    assert load_scale(2500, seed=1) == 0
    assert load_scale(3000, seed=1) == 500
    assert indexes() == before
    assert Business.objects.count() == YearlyFigure.objects.count() == 3000
    assert refresh_current(Business.objects.values_list("pk", flat=True)) == 0
    limits = day_limits()
    for business in Business.objects.select_related("latest_figure").order_by("pk")[::50]:
        assert parse_reference(business.reference, prefix="IKM") == business.reference
        assert parse_phone(business.phone) == business.phone
        business.full_clean(exclude=["search", "kecamatan_code"])
        figure = business.latest_figure
        found = scales(
            limits(figure.stated_on),
            workers=figure.workers,
            investment=figure.investment,
            turnover=figure.turnover,
            day=figure.stated_on,
        )
        assert (business.scale, figure.pp7_scale, figure.bps_scale) == (
            found.kemenperin,
            found.pp7,
            found.bps,
        )
    assert Business.objects.filter(scale__in=IKM_SCALES).count() > 2500
    assert Business.objects.values("name").distinct().count() > 2900
    # New rows get ids of their own afterwards.
    assert Business.objects.create(name="Sesudahnya").pk > 3000


def test_a_size_below_one_is_refused():
    with pytest.raises(CommandError, match="above zero"):
        call_command("seed_demo", scale=0)
