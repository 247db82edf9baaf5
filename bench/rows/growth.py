"""The same work on registers of three sizes: the time of one unit may not grow with the register."""

import os

from bench.competitors import LIST, Competitors
from bench.load import CLIENTS, WORKERS
from bench.rows.export import download
from bench.rows.search import WORDS
from bench.runner import Contestant, Goal, Row

SIZES = [int(rows) for rows in os.environ.get("BENCH_SIZES", "10000,100000,1000000").split(",")]
#: From one size to the next, ten times larger.
MAY_GROW = 1.5
WORK = ("first page", "page near the end", "one business", "search", "export, 10,000 rows")


def _run(competitors, rows, work):
    """Who does `work` on the register of `rows`; the export counts ten thousand rows as one unit."""
    known, name = competitors.known, f"{work}: {rows:,}"
    query = f"area={known['area']}&scale=small"
    if work.startswith("export"):
        return Contestant(
            name=name,
            run=lambda: download(competitors.ports["ours"], known["cookie"], "csv") and rows / 10_000,
        )
    paths = {
        "first page": [f"{LIST}?{query}"],
        "page near the end": [f"{LIST}?{query}&cursor={known['deep_cursor']}"],
        "one business": [f"{LIST}{one}/" for one in known["references"]],
        "search": [f"{LIST}?search={words}" for words in WORDS],
    }[work]
    return competitors.contestant(name, "ours", *paths)


def row():
    registers = {rows: Competitors(rows=rows, only=("ours",)) for rows in SIZES}
    return Row(
        name="growth",
        title=f"{', '.join(f'{rows:,}' for rows in SIZES)} businesses; {CLIENTS} clients at once, {WORKERS} workers.",
        unit="units",
        contestants=[
            _run(competitors, rows, work) for work in WORK for rows, competitors in registers.items()
        ],
        goals=[
            Goal(ours=f"{work}: {larger:,}", other=f"{work}: {smaller:,}", at_least=round(1 / MAY_GROW, 3))
            for work in WORK
            for smaller, larger in zip(SIZES, SIZES[1:], strict=False)
        ],
        packages=["granian"],
    )
