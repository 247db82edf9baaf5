"""Finding a KBLI code by everyday words: "bikin kue", "tukang las", "mebul" for mebel."""

import re
from functools import reduce
from operator import add

from django.contrib.postgres.search import TrigramStrictWordSimilarity, TrigramWordSimilarity
from django.db.models import Case, ExpressionWrapper, FloatField, TextField, Value, When
from django.db.models.functions import Concat, Greatest

from ikm.models import Kbli

#: Words that say nothing about what is made.
_FILLERS = {
    "bikin", "buat", "membuat", "pembuatan", "pembuat", "produksi", "produsen", "usaha", "industri",
    "jasa", "tukang", "bengkel", "rumahan", "kerajinan", "jual", "jualan", "dagang", "olahan", "dan", "di",
    "dari", "yang", "untuk", "saya", "kami", "aneka", "macam", "serba",
}  # fmt: skip
_MOST_WORDS = 6
#: A code whose title and keywords are less like the words than this is no answer.
_LEAST_LIKENESS = 0.3
#: An everyday phrase of the table beats any likeness of single words.
_WHOLE_PHRASE = 1.0


def search_kbli(text, version=2020, limit=20):
    """The codes of KBLI `version` that `text` may mean, best first, at most `limit`; each has a `score`.

    Digits are taken as the beginning of a code. Words are compared by trigrams with the title and the everyday words, so
    that typing errors still find. An empty text finds nothing.
    """
    words = re.findall(r"[a-z0-9]+", str(text).lower()[:100])
    phrase = " ".join(words)
    rows = Kbli.objects.filter(version=version)
    if not words:
        return rows.none()
    if phrase.isdigit():
        return rows.filter(code__startswith=phrase).annotate(score=Value(1.0)).order_by("code")[:limit]
    telling = [word for word in words if word not in _FILLERS] or words
    telling = telling[:_MOST_WORDS]
    likeness = ExpressionWrapper(
        reduce(add, [_likeness(word) for word in telling]) / len(telling), output_field=FloatField()
    )
    return (
        rows.annotate(
            phrases=Concat(Value(", "), "keywords", Value(", "), output_field=TextField()),
            likeness=likeness,
            score=Case(
                When(phrases__icontains=f", {phrase}, ", then=likeness + Value(_WHOLE_PHRASE)),
                default=likeness,
                output_field=FloatField(),
            ),
        )
        .filter(likeness__gte=_LEAST_LIKENESS)
        .order_by("-score", "code")[:limit]
    )


def _likeness(word):
    """How much `word` is like a word of the keywords or, a little less telling, of the official title (0 to 1).

    The strict likeness compares whole words, the loose one also beginnings, for who is still typing.
    """
    keywords = TrigramStrictWordSimilarity(word, "keywords") * 0.7 + TrigramWordSimilarity(
        word, "keywords"
    ) * Value(0.3)
    title = TrigramStrictWordSimilarity(word, "title") * 0.6 + TrigramWordSimilarity(word, "title") * Value(
        0.3
    )
    return Greatest(keywords, title, output_field=FloatField())
