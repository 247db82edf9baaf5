"""Code 128: what ISO/IEC 15417 says of its patterns, and a whole symbol."""

import pytest

from core import barcodes
from core.barcodes import code128, code128_svg


def test_the_patterns_are_those_of_the_standard():
    """Eleven modules, an even number of them dark, no width above four, each another: 108 such exist, and all are taken but
    those whose reverse begins the stop."""
    patterns = [*barcodes._PATTERNS, "211412", "211214", "211232"]
    assert len(set(patterns)) == len(patterns) == 106
    for widths in ([int(sign) for sign in pattern] for pattern in patterns):
        assert sum(widths) == 11
        assert sum(widths[::2]) % 2 == 0
        assert max(widths) <= 4


def test_a_symbol_begins_ends_and_carries_its_check():
    """By hand: 104 + 48×1 + 42×2 + 42×3 + 17×4 + 18×5 + 19×6 + 35×7 = 879, and 879 modulo 103 is 55."""
    widths = "".join(map(str, code128("PJJ123C")))
    assert widths.startswith("211214" + "313121")
    assert widths.endswith(barcodes._PATTERNS[55] + "2331112")
    assert len(widths) == 6 * 9 + 7
    assert sum(map(int, widths)) == 11 * 9 + 13


@pytest.mark.parametrize("text", ["", "é", "\t"])
def test_what_it_cannot_hold_is_refused(text):
    with pytest.raises(ValueError):
        code128(text)


def test_the_picture_leaves_the_quiet_zones_that_scanners_need():
    drawing = code128_svg("BRG-2222-2222")
    width = sum(code128("BRG-2222-2222")) + 20
    assert f'viewBox="0 0 {width} 40"' in drawing
    assert drawing.count("M") == len(code128("BRG-2222-2222")) // 2 + 1
