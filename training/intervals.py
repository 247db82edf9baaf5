"""The interval of a share, for small groups. Pure."""

from math import sqrt

#: The two-sided 95 % point of the normal distribution.
Z = 1.959963984540054


def wilson(successes, count):
    """(lower, upper) of the 95 % interval of the share successes/count, both 0 to 1; (0, 1) for nobody.

    E. B. Wilson, JASA 22 (1927) 209-212: it stays within 0 and 1 and holds for a handful of answers.
    """
    if not count:
        return 0.0, 1.0
    share = successes / count
    middle = share + Z * Z / (2 * count)
    spread = Z * sqrt(share * (1 - share) / count + Z * Z / (4 * count * count))
    scale = 1 + Z * Z / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
