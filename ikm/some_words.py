"""Words of a search that no business holds together: which businesses hold most of them."""

import itertools

#: Of so many words at most the combinations are looked up.
MOST_WORDS = 8


def any_of_them(words, number):
    """The text of a raw tsquery for any `number` of `words`, plain words without signs."""
    return " | ".join(f"({' & '.join(some)})" for some in itertools.combinations(words[:MOST_WORDS], number))


def fewer_and_fewer(words):
    """How many of `words` to look for, from all but one down to one."""
    return range(min(len(words), MOST_WORDS + 1) - 1, 0, -1)
