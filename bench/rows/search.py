"""The first page of a search in everyday words."""

from bench.competitors import LIST, Competitors
from bench.load import CLIENTS, WORKERS
from bench.register import size
from bench.runner import Goal, Row

#: Words that stand in many names, in few, and in products alone.
WORDS = [
    "batik", "roti%20jaya", "mebel%20mandiri", "kerupuk%20udang", "sari%20makmur", "bandeng", "lumpia", "jamu%20barokah",
]  # fmt: skip
OURS, PLAIN, RAW = "ours, full text", "plain DRF, icontains", "raw WSGI, LIKE on the trigram index"
RAW_TEXT, RAW_LIKENESS = "raw WSGI, full text", "raw WSGI, word likeness on the trigram index"


def row():
    competitors = Competitors()
    return Row(
        name="search",
        title=f"{size():,} businesses; eight searches in turn; {CLIENTS} clients at once, {WORKERS} workers.",
        unit="requests",
        contestants=[
            competitors.contestant(OURS, "ours", *(f"{LIST}?search={words}" for words in WORDS)),
            competitors.contestant(PLAIN, "plain", *(f"/businesses/?search={words}" for words in WORDS)),
            competitors.contestant(RAW, "raw", *(f"/?search={words}" for words in WORDS)),
            competitors.contestant(RAW_TEXT, "raw", *(f"/?by=full%20text&search={words}" for words in WORDS)),
            competitors.contestant(
                RAW_LIKENESS, "raw", *(f"/?by=likeness&search={words}" for words in WORDS)
            ),
        ],
        goals=[
            Goal(ours=OURS, other=RAW, at_least=0.8),
            Goal(ours=OURS, other=PLAIN, at_least=5),
            Goal(ours=RAW_TEXT, other=RAW, at_least=5),
            Goal(ours=RAW_TEXT, other=RAW_LIKENESS, at_least=5),
        ],
        notes=[
            lambda: (
                "Ours searches names, brands, commodities and products by Indonesian stems, and names by likeness where a"
                " word stands nowhere; LIKE searches names alone, on the trigram index of upper(name)."
            )
        ],
        packages=["djangorestframework", "django-filter", "granian"],
    )
