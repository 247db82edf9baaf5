"""The office's sheet of 100,000 rows and 20 columns into the register."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.db import connection

from bench.peers import import_copy, import_export
from bench.runner import Contestant, Goal, Row
from bench.sheets import HEADINGS, TWENTY, made_up_rows, write_csv, write_xlsx
from ikm.imports.sheets import open_sheet
from ikm.services.imports import import_sheet

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", 100_000))
#: The peer is some hundred times slower; its rate does not depend on the number of rows.
PEER_ROWS = 400

REGISTER = [
    "business", "owner", "ownership", "yearlyfigure", "product", "licence", "importrow", "importbatch", "businessevent",
    "ownerevent", "ownershipevent", "yearlyfigureevent", "productevent", "licenceevent",
]  # fmt: skip

OURS_CSV, OURS_XLSX = "ours, .csv", "ours, .xlsx"
COPY_ALL, COPY_BUSINESS = "raw COPY into the five tables", "raw COPY into the business table alone"
IMPORT_EXPORT = "django-import-export, business table alone"


def empty_register():
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(f'ikm_{name}' for name in REGISTER)} CASCADE")


def bring_in(path):
    outcome = import_sheet(
        open_sheet(path.read_bytes()), actor=None, name=path.name, sha256="", money_in_thousands=False
    )
    if outcome.counts["new"] != sum(outcome.counts.values()):
        raise AssertionError(outcome.counts)
    return outcome.counts["new"]


def peak_memory(*command):
    """The largest resident size of a management command, in MB."""
    child = subprocess.Popen(
        [sys.executable, "manage.py", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _pid, status, usage = os.wait4(child.pid, 0)
    if status:
        raise AssertionError(f"{command} left with {status}")
    return usage.ru_maxrss / 1024


def row():
    folder = Path(tempfile.mkdtemp(prefix="bench-import-"))
    csv, xlsx, small = folder / "data.csv", folder / "data.xlsx", folder / "small.csv"
    write_csv(csv, ROWS)
    write_xlsx(xlsx, ROWS)
    write_csv(small, ROWS // 10)
    empty_register()
    bring_in(csv)
    finished = import_copy.make_copies()
    places = [HEADINGS.index(heading) for heading in TWENTY]
    peer_rows = [[line[place] for place in places] for line in made_up_rows(PEER_ROWS)]
    data = import_export.dataset(peer_rows, TWENTY)
    small_rates = []

    def growth():
        empty_register()
        started = time.perf_counter()
        small_rates.append(bring_in(small) / (time.perf_counter() - started))
        return f"{ROWS // 10:,} rows (.csv, one run): {small_rates[0]:,.0f} rows/s."

    def twice():
        empty_register()
        bring_in(csv)
        started = time.perf_counter()
        outcome = import_sheet(
            open_sheet(csv.read_bytes()), actor=None, name="again", sha256="", money_in_thousands=False
        )
        rate = sum(outcome.counts.values()) / (time.perf_counter() - started)
        return f"The same .csv a second time: {outcome.counts['unchanged']:,} rows unchanged, {rate:,.0f} rows/s."

    def memory():
        empty_register()
        peaks = {
            path.suffix: peak_memory("import_businesses", str(path), "--dry-run") for path in (csv, xlsx)
        }
        return (
            "Peak memory of `manage.py import_businesses --dry-run`: "
            + ", ".join(f"{suffix} {megabytes:,.0f} MB" for suffix, megabytes in peaks.items())
            + "."
        )

    return Row(
        name="import",
        title=f"{ROWS:,} rows × {len(TWENTY)} columns into an empty register: every cell and every row checked, five tables "
        "and their history written in one transaction.",
        unit="rows",
        contestants=[
            Contestant(
                name=COPY_ALL,
                prepare=import_copy.empty,
                run=lambda: import_copy.run(finished, import_copy.TABLES),
            ),
            Contestant(
                name=COPY_BUSINESS,
                prepare=import_copy.empty,
                run=lambda: import_copy.run(finished, ["ikm_business"]),
            ),
            Contestant(name=OURS_CSV, prepare=empty_register, run=lambda: bring_in(csv)),
            Contestant(name=OURS_XLSX, prepare=empty_register, run=lambda: bring_in(xlsx)),
            Contestant(name=IMPORT_EXPORT, prepare=empty_register, run=lambda: import_export.run(data)),
        ],
        goals=[
            Goal(ours=OURS_CSV, other=COPY_ALL, at_least=0.7),
            Goal(ours=OURS_XLSX, other=COPY_ALL, at_least=0.45),
            Goal(ours=OURS_CSV, other=IMPORT_EXPORT, at_least=80),
            Goal(ours=OURS_XLSX, other=IMPORT_EXPORT, at_least=50),
        ],
        notes=[growth, twice, memory],
        packages=["django-import-export", "python-calamine"],
    )
