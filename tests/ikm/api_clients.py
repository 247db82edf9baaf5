"""The API's callers in tests: programs with a token, and a register to read."""

import itertools
from datetime import date

import pytest

from accounts.models import ApiToken
from ikm.models import Area, Business, Kbli, Licence, Owner, Ownership, Product, YearlyFigure
from ikm.services.figures import refresh_current
from tests.people import ReadOnlyGetClient

_numbers = itertools.count(1)
LIST = "/api/v1/businesses/"


@pytest.fixture
def api():
    """`api(user)` is a client that sends a token of that person; `api()` sends none."""

    def make(user=None):
        headers = {}
        if user is not None:
            headers["Authorization"] = f"Bearer {ApiToken.issue(user, label='uji')[1]}"
        return ReadOnlyGetClient(headers=headers)

    return make


@pytest.fixture
def enter(db):
    """`enter(name=…, scale=…)` puts a business into the register, whole, without its history of steps."""
    kelurahan = Area.objects.filter(level="kelurahan").order_by("code")
    codes = Kbli.objects.filter(version=2020, code__in=["10710", "13134", "31001"]).order_by("code")

    def make(
        *,
        name="Batik Sekar",
        place=0,
        kbli=0,
        scale="small",
        products=("Kain batik",),
        figures=None,
        **fields,
    ):
        number = next(_numbers)
        fields.setdefault("status", "registered")
        if fields["status"] in {"registered", "closed"}:
            fields.setdefault("registered_on", date(2015, 3, 1))
        business = Business.objects.create(
            name=name,
            address=f"Jalan Pemuda {number}",
            kelurahan=kelurahan[place],
            main_kbli=codes[kbli],
            phone="+6281234567890",
            email="usaha@contoh.id",
            latitude="-6.983500",
            longitude="110.409300",
            **fields,
        )
        Product.objects.bulk_create(Product(business=business, name=product) for product in products)
        if figures is None:
            figures = [(date(2016, 12, 31), 2, 3, scale)]
        for stated_on, men, women, figure_scale in figures:
            YearlyFigure.objects.create(
                business=business,
                year=stated_on.year,
                stated_on=stated_on,
                source="import",
                men_workers=men,
                women_workers=women,
                scale=figure_scale,
                investment=25_000_000,
                turnover=120_000_000,
            )
        refresh_current([business.pk])
        owner = Owner.objects.create(name="Siti Aminah", nik=f"337401{number:010d}", phone="+6281111111111")
        Ownership.objects.create(business=business, owner=owner)
        Licence.objects.create(business=business, kind="halal", number=f"ID3311{number:09d}", issuer="BPJPH")
        business.refresh_from_db()
        return business

    return make


def names(answer):
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


def assert_problem(answer, status, code=None):
    """`answer` is a problem+json document of this status."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["title"]
    if code:
        assert code in [body.get("code"), *(error["code"] for error in body.get("errors", []))], body
    return body
