"""Words of a search that nothing holds together: what holds most of them, and what they may have been meant to be."""

import difflib
import itertools

#: Of so many words at most the combinations are looked up.
MOST_WORDS = 8
#: Two words less alike than this are not the same word with an error in it (difflib's ratio).
SAME_WORD = 0.75
#: So many readings of words with errors are looked up before the search gives up.
MOST_READINGS = 9


def any_of_them(words, number):
    """The text of a raw tsquery for any `number` of `words`, plain words without signs."""
    return " | ".join(f"({' & '.join(some)})" for some in itertools.combinations(words[:MOST_WORDS], number))


def fewer_and_fewer(words):
    """How many of `words` to look for, from all but one down to one."""
    return range(min(len(words), MOST_WORDS + 1) - 1, 0, -1)


def without_errors(words, known):
    """Readings of `words` without typing errors, likeliest first: each word that is not among the `known` ones stands for one
    that it is most like, or is left out. The last reading keeps the known words alone."""
    meant = [
        [word] if word in known else difflib.get_close_matches(word, known, n=3, cutoff=SAME_WORD)
        for word in words
    ]
    readings = itertools.product(*(choices for choices in meant if choices))
    tried = [list(reading) for reading in itertools.islice(readings, MOST_READINGS)]
    tried.append([word for word in words if word in known])
    return [reading for reading in tried if reading and reading != words]
