"""Measures contestants against each other: interleaved rounds, medians, ratios, and a page that says so.

A row of the table is a module `bench/rows/<name>.py` with a function `row()` that returns a `Row`. Absolute figures differ
between machines by a factor of two or more, so only ratios are goals.
"""

import gc
import importlib
import os
import platform
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

import django
from django.db import connection

ROWS = Path(__file__).parent / "rows"
RESULTS = Path(__file__).parent / "results.md"
ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """`run` does the work and returns how many units it did; `prepare` comes before each round, untimed."""

    name: str
    run: Callable[[], int]
    prepare: Callable[[], None] = lambda: None


@dataclass(frozen=True, kw_only=True)
class Goal:
    """`ours` is to reach `at_least` times the rate of `other`."""

    ours: str
    other: str
    at_least: float


@dataclass(kw_only=True)
class Row:
    """One line of work: `unit` is what the rates count. `notes` are called at the end and may measure more."""

    name: str
    title: str
    unit: str
    contestants: list[Contestant]
    goals: list[Goal] = field(default_factory=list)
    notes: list[Callable[[], str]] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    rounds: int = ROUNDS


def names():
    """The rows there are."""
    return sorted(path.stem for path in ROWS.glob("*.py") if path.stem != "__init__")


def load(name):
    return importlib.import_module(f"bench.rows.{name}").row()


def measure(row, *, say=print):
    """{contestant: its rate in each round}, the contestants taking turns in every round."""
    rates = {contestant.name: [] for contestant in row.contestants}
    for turn in range(1, row.rounds + 1):
        for contestant in row.contestants:
            contestant.prepare()
            gc.collect()
            started = time.perf_counter()
            units = contestant.run()
            rate = units / (time.perf_counter() - started)
            rates[contestant.name].append(rate)
            say(f"  {row.name} {turn}/{row.rounds}  {contestant.name}: {rate:,.0f} {row.unit}/s")
    return rates


def ratio(rates, goal):
    """The median of the ratios of each round: what else the machine does meanwhile slows both."""
    return statistics.median(
        ours / other for ours, other in zip(rates[goal.ours], rates[goal.other], strict=True)
    )


def section(row, rates):
    """The row's part of the page of results."""
    lines = [f"## {row.name}", "", row.title, ""]
    lines += [f"| contestant | {row.unit}/s (median of {row.rounds}) |", "|---|---:|"]
    lines += [f"| {name} | {statistics.median(values):,.0f} |" for name, values in rates.items()]
    if row.goals:
        lines += ["", "| goal | wanted | measured | met |", "|---|---:|---:|---|"]
        for goal in row.goals:
            reached = ratio(rates, goal)
            met = "yes" if reached >= goal.at_least else "no"
            lines.append(f"| {goal.ours} ÷ {goal.other} | ≥ {goal.at_least:g} | {reached:.2f} | {met} |")
    notes = [note() for note in row.notes]
    lines += [""] + [f"- {note}" for note in notes] if notes else []
    packages = ", ".join(f"{name} {version(name)}" for name in row.packages)
    lines += [
        "",
        f"Measured on {date.today().isoformat()}, {environment()}{', ' + packages if packages else ''}.",
    ]
    return "\n".join(lines)


def environment():
    """What the figures were measured with."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (server,) = cursor.fetchone()
    cores = len(os.sched_getaffinity(0))
    load_average = os.getloadavg()[0]
    return (
        f"Python {platform.python_version()}, Django {django.get_version()}, PostgreSQL {server.split()[0]}, "
        f"{cores} cores (load {load_average:.1f} at the end)"
    )


_HEADING = re.compile(r"^## (\S+)$", re.MULTILINE)


def write(sections, path=RESULTS):
    """Put each section into the page of results, in place of the one of that name."""
    text = path.read_text() if path.exists() else ""
    parts = _HEADING.split(text)
    kept = {name: f"## {name}{body.rstrip()}" for name, body in zip(parts[1::2], parts[2::2], strict=True)}
    kept.update(sections)
    head = (
        "# Measurements\n\nWritten by `make bench`; see `bench/runner.py`. Peers and ours take turns on one machine; "
        "the ratio counts, not the rate.\n"
    )
    path.write_text(head + "\n" + "\n\n".join(kept[name] for name in sorted(kept)) + "\n")
