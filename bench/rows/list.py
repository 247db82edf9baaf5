"""The list, a page near its end, one business, and the total beside a list."""

from bench.competitors import LIST, Competitors
from bench.load import CLIENTS, WORKERS
from bench.register import size
from bench.runner import Goal, Row

FIRST, DEEP, ONE = "first page", "page near the end", "one business"
OURS, PLAIN, RAW = "ours", "plain DRF, django-filter, PageNumber", "raw WSGI, json_agg"


def row():
    competitors = Competitors(totals=True)
    known = competitors.known
    query = f"area={known['area']}&scale=small"
    references = known["references"]
    paths = {
        FIRST: (f"{LIST}?{query}", f"/businesses/?{query}", f"/?{query}"),
        DEEP: (
            f"{LIST}?{query}&cursor={known['deep_cursor']}",
            f"/businesses/?{query}&page={known['pages']}",
            f"/?{query}&after={known['deep_id']}",
        ),
    }
    contestants = [
        competitors.contestant(f"{work}: {name}", port, path)
        for work, three in paths.items()
        for (name, port), path in zip(((OURS, "ours"), (PLAIN, "plain"), (RAW, "raw")), three, strict=True)
    ]
    contestants += [
        competitors.contestant(f"{ONE}: {OURS}", "ours", *(f"{LIST}{one}/" for one in references)),
        competitors.contestant(f"{ONE}: {PLAIN}", "plain", *(f"/businesses/{one}/" for one in references)),
        competitors.contestant(f"{ONE}: {RAW}", "raw", *(f"/?reference={one}" for one in references)),
    ]
    return Row(
        name="list",
        title=f"{size():,} businesses; a page of 50, filtered by kecamatan and scale; {CLIENTS} clients at once, "
        f"{WORKERS} workers.",
        unit="requests",
        contestants=contestants,
        goals=[
            Goal(ours=f"{FIRST}: {OURS}", other=f"{FIRST}: {RAW}", at_least=0.6),
            Goal(ours=f"{FIRST}: {OURS}", other=f"{FIRST}: {PLAIN}", at_least=12),
            Goal(ours=f"{DEEP}: {OURS}", other=f"{FIRST}: {OURS}", at_least=1 / 1.3),
            Goal(ours=f"{ONE}: {OURS}", other=f"{ONE}: {RAW}", at_least=0.45),
            Goal(ours=f"{ONE}: {OURS}", other=f"{ONE}: {PLAIN}", at_least=12),
        ],
        notes=[
            lambda: "Ours signs in by token, reads the roles of the day, checks every parameter and asks for consent before"
            " it shows a contact; the raw peer does none of it. One business of ours has its products, licences and figures.",
            lambda: "The total of a first page is remembered while no business changes; nothing writes meanwhile.",
            *(lambda text=text: text for text in _totals(known["totals"])),
        ],
        packages=["djangorestframework", "django-filter", "granian"],
    )  # fmt: skip


def _totals(totals):
    for query, one in totals.items():
        error = abs(one["shown"] - one["true"]) / max(one["true"], 1)
        kind = "counted, exact" if one["is_exact"] else f"estimated, {error:.2%} off"
        yield (
            f"Total of `{query}`, {one['true']:,}: {kind} in {one['ms']:.2f} ms, again in {one['remembered_ms']:.2f} ms; "
            f"count(*) takes {one['count_ms']:.2f} ms."
        )
