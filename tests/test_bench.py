"""The measuring itself: turns, medians, goals met or not, and a page that keeps the rows of earlier runs."""

import pytest

from bench import runner
from bench.runner import Contestant, Goal, Row
from bench.sheets import HEADINGS, TWENTY, made_up_rows
from ikm.imports.columns import find_header

pytestmark = pytest.mark.django_db


@pytest.fixture
def turns(monkeypatch):
    """Two contestants on a clock that stands still except for their work: 1 s and 4 s for 100 units."""
    clock, order = [0.0], []

    def work(name, seconds):
        def run():
            order.append(name)
            clock[0] += seconds
            return 100

        return run

    monkeypatch.setattr(runner.time, "perf_counter", lambda: clock[0])
    row = Row(
        name="work",
        title="Work.",
        unit="units",
        contestants=[
            Contestant(name="ours", run=work("ours", 1), prepare=lambda: order.append("ready")),
            Contestant(name="peer", run=work("peer", 4)),
        ],
        goals=[Goal(ours="ours", other="peer", at_least=2), Goal(ours="ours", other="peer", at_least=5)],
        notes=[lambda: "A note."],
        packages=["django"],
    )
    return row, order


def test_contestants_take_turns_and_medians_count(turns):
    row, order = turns
    assert runner.measure(row, say=lambda line: None) == {"ours": [100] * 3, "peer": [25] * 3}
    assert order == ["ready", "ours", "peer"] * 3


def test_the_page_says_what_was_met_and_keeps_other_rows(turns, tmp_path):
    row, _order = turns
    page = tmp_path / "results.md"
    runner.write({"list": "## list\n\nKept."}, page)
    runner.write({"work": "## work\n\nOld."}, page)
    runner.write({"work": runner.section(row, {"ours": [100.0, 8.0, 80.0], "peer": [25.0, 2.0, 1.0]})}, page)
    text = page.read_text()
    assert "| ours ÷ peer | ≥ 2 | 4.00 | yes |" in text
    assert "| ours ÷ peer | ≥ 5 | 4.00 | no |" in text
    assert "- A note." in text
    assert "PostgreSQL" in text
    assert "Kept." in text
    assert "Old." not in text


def test_the_made_up_sheet_is_twenty_columns_that_the_import_knows():
    rows = list(made_up_rows(3))
    assert len(TWENTY) == 20
    assert rows == list(made_up_rows(3))
    assert len({row[2] for row in rows}) == 3
    assert len(find_header([HEADINGS, *rows]).fields) == len(HEADINGS)
