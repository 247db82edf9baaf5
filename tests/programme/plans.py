"""Makers of activities with targets, written straight into the tables."""

from datetime import date

from programme.models import Activity, BudgetLine, Period, Target


def budget_line(year=2026, code="3.31.02.2.01.0005", **fields):
    return BudgetLine.objects.create(
        **{
            "code": code, "year": year, "name": "Pemberdayaan industri", "ceiling": 900_000_000,
            "stated_on": date(year, 1, 2), "document": "DPA",
        } | fields
    )  # fmt: skip


def activity(owner, line=None, **fields):
    line = line or budget_line()
    return Activity.objects.create(
        **{
            "name": "Pelatihan kemasan", "line": line, "pillar": "training", "purpose": "Kemasan yang layak jual.",
            "starts_on": date(line.year, 2, 1), "ends_on": date(line.year, 11, 30), "owner": owner,
        } | fields
    )  # fmt: skip


WANTED = {
    "kind": "output",
    "indicator": "Peserta yang lulus",
    "unit": "orang",
    "baseline": 100,
    "baseline_on": date(2025, 12, 31),
    "goal": 300,
    "goal_on": date(2026, 12, 31),
    "source": "Daftar kelulusan",
}


def target(of, **fields):
    return Target.objects.create(activity=of, owner=of.owner, **WANTED | fields)


def quarter(number=1, year=2026, **fields):
    return Period.objects.create(year=year, quarter=number, **fields)
