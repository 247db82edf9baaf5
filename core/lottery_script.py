"""The few lines of Python with which anybody computes a draw again; they stand on the public page as text. Pure."""

SCRIPT = """\
import csv, hashlib, sys
from decimal import Context, Decimal

seed = "{seed}"
exact = Context(prec=30)
drawn = []
for row in csv.DictReader(open(sys.argv[1], encoding="utf-8-sig")):
    digits = hashlib.sha256(f"{{seed}}|{{row['nomor']}}".encode()).hexdigest()[:13]
    number = exact.divide(2 * int(digits, 16) + 1, 2 * 16**13)
    time = exact.divide(-exact.ln(number), Decimal(row["bobot"]))
    drawn.append((time, row["nomor"]))
for place, (time, key) in enumerate(sorted(drawn), 1):
    print(place, key, f"{{time:.6f}}")
"""


def script_for(seed: str) -> str:
    """A whole program: `python hitung.py data.csv` prints place, number and time of every entry."""
    return SCRIPT.format(seed=seed)
