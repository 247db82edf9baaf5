"""The look, as far as a machine can judge it: contrast, weight, and that admin, charts and pages share one palette."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from core import charts

STATIC = Path(settings.BASE_DIR) / "static"
PORTAL = (STATIC / "css/portal.css").read_text()
ADMIN = (STATIC / "css/admin.css").read_text()


def tokens(css, start):
    """The custom properties of the first :root block after `start`."""
    block = css[css.index(start) :]
    block = block[block.index("{", block.index(":root")) + 1 :]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block[: block.index("}")]))


LIGHT = tokens(PORTAL, ":root")
DARK = {**LIGHT, **tokens(PORTAL, "@media screen and (prefers-color-scheme: dark)")}
PRINT = {**LIGHT, **tokens(PORTAL, "@media print")}


def luminance(colour):
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG 2.2 contrast ratio of two colours."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TEXT = [
    *[
        (text, ground)
        for text in ("ink", "soft", "link", "link-hover")
        for ground in ("paper", "card", "tint")
    ],
    *[("ink", f"{tone}-bg") for tone in ("ok", "warn", "bad", "info", "idle")],
    *[(tone, f"{tone}-bg") for tone in ("ok", "warn", "bad", "info", "idle")],
    *[("bad", ground) for ground in ("paper", "card", "tint")],
    ("on-brand", "brand"),
    ("brand-soft", "brand"),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("card", "bad"),
    ("on-focus", "focus"),
    *[("q-ink", f"q{shade}") for shade in (0, 1, 2)],
    *[("q-paper", f"q{shade}") for shade in (3, 4, 5)],
]
SHAPES = [
    *[("edge", ground) for ground in ("paper", "card", "tint")],
    *[(f"c{number}", "card") for number in range(1, 7)],
    *[(tone, "paper") for tone in ("ok", "warn", "bad", "info", "accent")],
    ("on-focus", "focus"),
]


@pytest.mark.parametrize("palette", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_reaches_double_a(palette, text, ground):
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_edges_and_charts_reach_three_to_one(palette, shape, ground):
    assert contrast(palette[shape], palette[ground]) >= 3


def test_the_measure_of_contrast_is_right():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_dark_mode_redefines_every_colour_that_must_change():
    kept = {name for name, colour in LIGHT.items() if DARK[name] == colour}
    assert kept == {"on-brand", "brand-soft", "brand-line", "focus", "on-focus"}


def test_rules_name_no_colour_of_their_own():
    rules = PORTAL[PORTAL.index("/* Ground */") :]
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", rules)


def test_every_token_used_is_defined():
    assert set(re.findall(r"var\(--([\w-]+)\)", PORTAL)) <= set(re.findall(r"--([\w-]+):", PORTAL))


@pytest.mark.parametrize("start", [":root", "@media (prefers-color-scheme: dark)"], ids=["light", "dark"])
def test_the_admin_uses_the_colours_of_the_portal(start):
    known = set(LIGHT.values()) | set(DARK.values())
    assert set(tokens(ADMIN, start).values()) <= known | {"#ffffff"}


def test_the_admin_text_reaches_double_a():
    light = tokens(ADMIN, ":root")
    for palette in (light, {**light, **tokens(ADMIN, "@media (prefers-color-scheme: dark)")}):
        for text, ground in [
            ("body-fg", "body-bg"),
            ("body-quiet-color", "body-bg"),
            ("body-quiet-color", "darkened-bg"),
            ("link-fg", "body-bg"),
            ("link-fg", "darkened-bg"),
            ("link-selected-fg", "body-bg"),
            ("header-link-color", "header-bg"),
            ("header-color", "header-bg"),
            ("breadcrumbs-fg", "breadcrumbs-bg"),
            ("breadcrumbs-link-fg", "breadcrumbs-bg"),
            ("button-fg", "button-bg"),
            ("button-fg", "default-button-bg"),
            ("button-fg", "delete-button-bg"),
            ("button-fg", "close-button-bg"),
            ("error-fg", "body-bg"),
            ("body-fg", "selected-row"),
            ("body-fg", "message-success-bg"),
        ]:
            assert contrast(palette[text], palette[ground]) >= 4.5, (text, ground)


def test_charts_carry_the_colours_of_the_stylesheet():
    assert list(charts.SERIES) == [LIGHT[f"c{number}"] for number in range(1, 7)]
    assert list(charts.RAMP) == [LIGHT[f"q{shade}"] for shade in range(6)]
    assert tuple(LIGHT[name] for name in ("ink", "soft", "line", "edge")) == (
        charts.INK,
        charts.SOFT,
        charts.LINE,
        charts.EDGE,
    )


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("css/portal.css", 26_000),
        ("css/admin.css", 10_000),
        ("js/portal.js", 6_000),
        ("img/batik.svg", 4_000),
        ("img/logo.svg", 2_000),
        ("img/favicon.svg", 2_000),
        ("img/semarang.svg", 12_000),
    ],
)
def test_nothing_every_page_loads_grows_heavy(name, limit):
    assert (STATIC / name).stat().st_size <= limit
