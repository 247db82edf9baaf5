"""The scales of ikm.scale as SQL, for figures that are written by the thousand. The rules decide, not this module: the
CASE is made from the same lines that `ikm.scale.classify` reads, and a test compares the two row for row."""

from datetime import timedelta

from ikm.scale import in_force


def scale_case(limits, kind, *, workers, amount, day):
    """SQL that gives the scale by rule `kind`; the other arguments are SQL expressions, `workers` or `amount` may be
    None (unknown, as for `classify`)."""
    lines = [line for line in limits if line.kind == kind]
    starts = sorted({line.in_force_from for line in lines} | _days_after_ends(lines))
    branches = []
    for start in reversed(starts):
        branches.append(
            f"WHEN {day} >= DATE '{start}' THEN {_case(in_force(lines, kind, start), workers, amount)}"
        )
    return f"CASE {' '.join(branches)} ELSE '' END" if branches else "''"


def _days_after_ends(lines):
    return {line.in_force_until + timedelta(days=1) for line in lines if line.in_force_until}


def _case(lines, workers, amount):
    branches = []
    for line in sorted(lines, key=lambda line: line.rank):
        kept = []
        for limit, figure in ((line.workers_max, workers), (line.amount_max, amount)):
            if limit is None:
                continue
            if figure is None:
                branches.append("WHEN TRUE THEN ''")
                continue
            branches.append(f"WHEN {figure} IS NULL THEN ''")
            kept.append(f"{figure} <= {limit:f}" if not isinstance(limit, int) else f"{figure} <= {limit}")
        scale = line.scale.replace("'", "''").replace("%", "%%")
        branches.append(f"WHEN {' AND '.join(kept) or 'TRUE'} THEN '{scale}'")
    return f"CASE {' '.join(branches)} ELSE '' END" if branches else "''"


def pp7_case(limits, *, investment, turnover, day):
    """SQL of the PP 7/2021 scale: by sales where they are known, else by capital."""
    sales = scale_case(limits, "pp7_sales", workers=None, amount=turnover, day=day)
    capital = scale_case(limits, "pp7_capital", workers=None, amount=investment, day=day)
    return f"CASE WHEN {turnover} IS NULL THEN {capital} ELSE {sales} END"
