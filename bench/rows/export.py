"""The whole register out of the portal's own page, as CSV and as .xlsx."""

import csv
import io
import os
import subprocess
import sys
import tempfile
import urllib.request

import psycopg2
from rustpy_xlsxwriter import write_worksheet

from bench.competitors import Competitors
from bench.download import PAGE
from bench.register import prepare, size
from bench.runner import Contestant, Goal, Row
from core.languages import in_indonesian
from core.spreadsheets import write_xlsx
from ikm.exports import columns, typed

#: A cell-by-cell writer's rate does not depend on the number of rows.
WRITTEN = 20_000
OURS_CSV, COPY = "ours, .csv", "raw COPY of the same columns"
OURS_XLSX, OUR_WRITER, BARE = "ours, .xlsx", "our writer of .xlsx alone", "bare rustpy-xlsxwriter"


class Sink:
    """Counts the bytes it is given, and forgets them."""

    def __init__(self):
        self.size = 0

    def write(self, data):
        self.size += len(data)
        return len(data)


def download(port, cookie, kind):
    """How many bytes the page sends."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{PAGE.format(kind=kind)}", headers={"Cookie": cookie, "Host": "localhost"}
    )
    received = 0
    with urllib.request.urlopen(request, timeout=900) as answer:
        if "attachment" not in answer.headers.get("Content-Disposition", ""):
            raise AssertionError(answer.headers)
        while piece := answer.read(1 << 18):
            received += len(piece)
    return received


@in_indonesian
def _columns():
    labels = [str(label) for label, _sql, _kind in columns()]
    return labels, [
        label
        for label, (_label, _sql, kind) in zip(labels, columns(), strict=True)
        if kind in ("text", "ours")
    ]


def peak_memory(kind, *, empty):
    """MB that a process has held at most when the page, or the same page without a row, was sent by it."""
    child = subprocess.run(
        [sys.executable, "-m", "bench.download", kind, "empty" if empty else "whole"],
        env={**os.environ, "DATABASE_URL": prepare(), "LOG_LEVEL": "ERROR"},
        check=True,
        capture_output=True,
        text=True,
    )
    return float(child.stdout.split()[-1])


def row():
    competitors = Competitors()
    known = competitors.known
    connection = psycopg2.connect(prepare())
    labels, as_text = _columns()
    with tempfile.TemporaryFile() as file, connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({known['export']} LIMIT {WRITTEN}) TO STDOUT WITH (FORMAT csv)", file)
        file.seek(0)
        with io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
            rows = list(typed(csv.reader(text)))

    def copy():
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY ({known['export']}) TO STDOUT WITH (FORMAT csv)", Sink())
            return cursor.rowcount

    def ours(kind):
        download(competitors.ports["ours"], known["cookie"], kind)
        return size()

    def our_writer():
        write_xlsx(io.BytesIO(), labels, iter(rows), text_columns=as_text)
        return len(rows)

    def bare():
        write_worksheet(
            (dict(zip(labels, one, strict=True)) for one in rows), io.BytesIO(), sheet_name="Data"
        )
        return len(rows)

    def memory(kind):
        whole, empty = peak_memory(kind, empty=False), peak_memory(kind, empty=True)
        return (
            f"Peak memory of the process that sends the whole .{kind}: {whole:,.0f} MB, "
            f"{whole - empty:,.0f} MB more than without a row."
        )

    return Row(
        name="export",
        title=f"{size():,} businesses with {len(labels)} columns through the back office's page: rights, formulas disarmed, an "
        "audit line.",
        unit="rows",
        contestants=[
            Contestant(name=COPY, run=copy),
            Contestant(name=OURS_CSV, run=lambda: ours("csv")),
            Contestant(name=OURS_XLSX, run=lambda: ours("xlsx")),
            Contestant(name=OUR_WRITER, run=our_writer),
            Contestant(name=BARE, run=bare),
        ],
        goals=[
            Goal(ours=OURS_CSV, other=COPY, at_least=0.9),
            Goal(ours=OUR_WRITER, other=BARE, at_least=0.9),
        ],
        notes=[lambda: memory("csv"), lambda: memory("xlsx")],
        packages=["rustpy-xlsxwriter", "granian"],
    )  # fmt: skip
