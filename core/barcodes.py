"""Bar codes for scanners that read lines only: Code 128 (ISO/IEC 15417), set B, which holds every printable ASCII character."""

import re

#: The widths of bar, space, bar, space, bar, space of each of the 103 values, in modules.
_PATTERNS = re.findall(
    r"[1-4]{6}",
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131",
)
_START_B, _START = 104, "211214"
_STOP = "2331112"
#: Blank modules that scanners need at either side.
QUIET = 10


def code128(text):
    """The widths of the bars and spaces of `text` in modules, beginning with a bar.

    Raises ValueError for a character outside printable ASCII.
    """
    values = [ord(character) - 32 for character in text]
    if not values or not all(0 <= value <= 94 for value in values):
        raise ValueError("Code 128 B holds printable ASCII")
    check = (_START_B + sum(place * value for place, value in enumerate(values, 1))) % 103
    return [int(width) for width in _START + "".join(_PATTERNS[value] for value in [*values, check]) + _STOP]


def code128_svg(text, *, height=40):
    """The bars of `text` as an SVG picture one unit a module wide, blank at both sides, `height` units high."""
    x, bars = QUIET, []
    for place, width in enumerate(code128(text)):
        if place % 2 == 0:
            bars.append(f"M{x} 0h{width}v{height}h-{width}z")
        x += width
    x += QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {x} {height}" width="{x}" height="{height}">'
        f'<path d="{"".join(bars)}"/></svg>'
    )
