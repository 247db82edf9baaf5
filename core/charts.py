"""Charts and maps drawn on the server as SVG: no script, they print, and the numbers stand in a table beside them.

Every function is pure: figures in, a safe SVG string out, the same string for the same figures. Text keeps its size on
any screen because widths are percentages and heights are pixels; the maps of shapes alone use a viewBox. Colours are
presentation attributes (so a drawing also works outside a page) which the classes of `portal.css` override, in light,
dark and print. Nothing here uses a style attribute, which the content security policy refuses.
"""

import math
import textwrap
from zlib import crc32

from django.utils.html import escape
from django.utils.safestring import mark_safe

SERIES = ("#a5401d", "#3a479b", "#1f7a6d", "#a8730f", "#80567f", "#6b6570")
RAMP = ("#f4ebdf", "#f1d0b9", "#e3a283", "#b4532b", "#8a3412", "#5d1f08")
#: Letters of a drawing's ordinary text that stand side by side on a screen of 360 pixels.
PHONE_LETTERS = 38
INK, SOFT, LINE, EDGE, TINT, CARD = "#1f1b2d", "#5a5468", "#e0d5c6", "#7c7365", "#f6eee3", "#ffffff"

# The 16 kecamatan as tiles: column and row follow the map (coast in the north, hills in the south), the label is broken
# so that it fits a tile on a narrow phone. Codes are the Kemendagri codes.
KECAMATAN_GRID = {
    "33.74.16": (0, 0, "Tugu"),
    "33.74.13": (1, 0, "Semarang Barat"),
    "33.74.02": (2, 0, "Semarang Utara"),
    "33.74.04": (3, 0, "Gayamsari"),
    "33.74.05": (4, 0, "Genuk"),
    "33.74.15": (0, 1, "Ngaliyan"),
    "33.74.09": (1, 1, "Gajah- mungkur"),
    "33.74.01": (2, 1, "Semarang Tengah"),
    "33.74.03": (3, 1, "Semarang Timur"),
    "33.74.06": (4, 1, "Pedurungan"),
    "33.74.14": (0, 2, "Mijen"),
    "33.74.12": (1, 2, "Gunungpati"),
    "33.74.07": (2, 2, "Semarang Selatan"),
    "33.74.08": (3, 2, "Candisari"),
    "33.74.11": (2, 3, "Banyumanik"),
    "33.74.10": (3, 3, "Tembalang"),
}
# A point inside each kecamatan (longitude, latitude), where its name stands on a map without boundaries.
KECAMATAN_PLACES = (
    (110.417, -6.981, "Semarang Tengah"),
    (110.415, -6.957, "Semarang Utara"),
    (110.437, -6.975, "Semarang Timur"),
    (110.446, -6.978, "Gayamsari"),
    (110.479, -6.967, "Genuk"),
    (110.473, -7.001, "Pedurungan"),
    (110.426, -6.997, "Semarang Selatan"),
    (110.431, -7.016, "Candisari"),
    (110.402, -7.013, "Gajahmungkur"),
    (110.459, -7.047, "Tembalang"),
    (110.420, -7.068, "Banyumanik"),
    (110.374, -7.067, "Gunungpati"),
    (110.383, -6.980, "Semarang Barat"),
    (110.318, -7.060, "Mijen"),
    (110.328, -6.996, "Ngaliyan"),
    (110.309, -6.964, "Tugu"),
)
# In the middle of the city the names stand too close for a phone, which leaves these out.
CROWDED_PLACES = {
    "Semarang Timur",
    "Semarang Selatan",
    "Semarang Tengah",
    "Gayamsari",
    "Candisari",
}


def format_number(value):
    """A number as Indonesians write it: 29.770; 95,2; at most one decimal. None is an en dash."""
    if value is None:
        return "–"
    rounded = round(value, 1)
    if rounded == int(rounded):
        return f"{int(rounded):,}".replace(",", ".")
    return f"{rounded:,.1f}".translate(str.maketrans(",.", ".,"))


def bar_chart(rows, *, title, desc="", number=format_number):
    """Horizontal bars, one per (label, value); the label stands above its bar, the value at the right.

    Values are numbers of at least zero, or None for a suppressed one, which is drawn without a bar.
    """
    rows = list(rows)
    top = max((value or 0 for _, value in rows), default=0) or 1
    parts, y = [], 0
    for label, value in rows:
        lines = _wrapped(str(label), beside=number(value))
        for before, line in enumerate(lines):
            parts.append(_text(0, y + 15 + before * 18, line, anchor="start"))
        y += (len(lines) - 1) * 18
        parts.append(_text("100%", y + 15, number(value), anchor="end", bold=True))
        parts.append(_rect(0, y + 22, "100%", 12, "track", TINT, radius=3))
        if value:
            parts.append(_rect(0, y + 22, _percent(value, top), 12, "f1", SERIES[0], radius=3))
        y += 44
    return _drawing(parts, height=max(y, 1), title=title, desc=desc)


def _wrapped(label, *, beside):
    """`label` in lines that a phone has room for; the last one leaves room for the text `beside` at the right."""
    lines = textwrap.wrap(label, PHONE_LETTERS)
    if not lines or len(lines[-1]) + len(beside) + 2 > PHONE_LETTERS:
        lines.append("")
    return lines


def stacked_bar(rows, series, *, title, desc="", number=format_number, share=True):
    """Stacked horizontal bars: rows of (label, [value per series]), `series` names the parts.

    With `share` each bar fills the width, so that parts compare; without it lengths compare the totals.
    """
    rows = [(label, [value or 0 for value in values]) for label, values in rows]
    if any(len(values) != len(series) for _, values in rows):
        raise ValueError("every row needs one value for each series")
    longest = max((sum(values) for _, values in rows), default=0) or 1
    parts, legend_height = _legend(series)
    for index, (label, values) in enumerate(rows):
        y = legend_height + index * 50
        total = sum(values)
        parts.append(_text(0, y + 15, label, anchor="start"))
        parts.append(_text("100%", y + 15, number(total), anchor="end", bold=True))
        parts.append(_rect(0, y + 22, "100%", 18, "track", TINT, radius=0))
        before = 0
        whole = (total or 1) if share else longest
        for number_of_series, value in enumerate(values):
            if value:
                parts.append(
                    _rect(
                        _percent(before, whole),
                        y + 22,
                        _percent(value, whole),
                        18,
                        f"f{number_of_series % 6 + 1}",
                        SERIES[number_of_series % 6],
                        tip=f"{label}, {series[number_of_series]}: {number(value)}",
                    )
                )
            before += value
    return _drawing(parts, height=max(legend_height + len(rows) * 50, 1), title=title, desc=desc)


def line_chart(points, series=None, *, title, desc="", number=format_number, height=220):
    """Lines over equal steps: points of (label, value) or (label, [value per series]); None leaves a gap.

    The scale starts at zero. The last value of each line is written at its end.
    """
    points = [(label, values if isinstance(values, list | tuple) else [values]) for label, values in points]
    known = [value for _, values in points for value in values if value is not None]
    ticks = _ticks(max(known, default=0))
    parts, legend_height = _legend(series) if series else ([], 0)
    top, bottom = legend_height + 16, legend_height + height - 26
    left, right = 14.0, 95.0

    def across(index):
        return left + (right - left) * (index / (len(points) - 1) if len(points) > 1 else 0.5)

    def down(value):
        return bottom - (bottom - top) * float(value) / ticks[-1]

    for tick in ticks:
        css_class, colour = ("axis", EDGE) if tick == 0 else ("grid", LINE)
        parts.append(_line(f"{left - 2:.2f}%", down(tick), "100%", down(tick), css_class, colour, 1))
        parts.append(
            _text(f"{left - 3:.2f}%", down(tick) + 4, number(tick), anchor="end", soft=True, size=12)
        )
    every = max(1, math.ceil(len(points) / 6))
    for index, (label, _) in enumerate(points):
        if index % every == 0:
            parts.append(
                _text(f"{across(index):.2f}%", bottom + 20, label, anchor="middle", soft=True, size=12)
            )
    for which in range(max((len(values) for _, values in points), default=0)):
        css, colour = f"{which % 6 + 1}", SERIES[which % 6]
        before = last = None
        for index, (label, values) in enumerate(points):
            value = values[which] if which < len(values) else None
            if value is None:
                before = None
                continue
            here = (f"{across(index):.2f}%", down(value))
            if before:
                parts.append(_line(*before, *here, f"l{css}", colour, 2.5))
            tip = f"{label}: {number(value)}"
            parts.append(_circle(here[0], here[1], 4, f"f{css}", colour, tip=tip))
            before, last = here, (here, value)
        if last:
            (x, y), value = last
            parts.append(_text(x, y - 9, number(value), anchor="middle", bold=True, size=12))
    return _drawing(parts, height=legend_height + height, title=title, desc=desc)


def tile_map(values, *, title, desc="", number=format_number, links=None):
    """The 16 kecamatan as a grid of tiles, shaded by value: `values` maps a Kemendagri code to a number or None.

    A missing or None value (suppressed) is drawn as an empty tile with a dash. `links` maps codes to addresses.
    """
    steps = _steps([value for value in values.values() if value is not None])
    gap, tall = 4, 76
    parts = []
    for code, (column, row, label) in sorted(KECAMATAN_GRID.items(), key=lambda item: item[1][1::-1]):
        value = values.get(code)
        shade = _shade(value, steps)
        x, middle = column * 20, column * 20 + 9.6
        y = row * (tall + gap)
        css_class, colour = ("qp", CARD) if shade >= 3 else ("qi", INK)
        words = label.split(" ")
        tile = [_rect(f"{x}%", y, "19.2%", tall, f"q{shade}", RAMP[shade], radius=4)]
        for line, word in enumerate(words):
            tile.append(
                _text(
                    f"{middle:g}%",
                    y + (24 if len(words) == 1 else 18) + line * 13,
                    word,
                    anchor="middle",
                    size=10,
                    css_class=f"name {css_class}",
                    colour=colour,
                )
            )
        tile.append(
            _text(
                f"{middle:g}%",
                y + 58,
                number(value),
                anchor="middle",
                size=17,
                bold=True,
                css_class=css_class,
                colour=colour,
            )
        )
        parts.append(_linked(tile, (links or {}).get(code)))
    rows = max(row for _, row, _ in KECAMATAN_GRID.values()) + 1
    return _drawing(parts, height=rows * (tall + gap), title=title, desc=desc, interactive=bool(links))


def geojson_map(
    collection, values, *, title, desc="", key="kode", name="nama", number=format_number, links=None
):
    """Shapes of a GeoJSON FeatureCollection (Polygon, MultiPolygon) shaded by value.

    `key` and `name` are the feature properties that hold the code (looked up in `values`) and the name. Coordinates are
    longitude and latitude; the projection is equirectangular, true at the middle latitude. Raises ValueError when
    there is no shape to draw.
    """
    shapes = [
        (feature.get("properties") or {}, _rings(feature)) for feature in collection.get("features", [])
    ]
    place, height = _projection([point for _, rings in shapes for ring in rings for point in ring])
    steps = _steps([value for value in values.values() if value is not None])
    parts = []
    for properties, rings in shapes:
        code = str(properties.get(key, ""))
        value = values.get(code)
        shade = _shade(value, steps)
        path = "".join(
            "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(place, ring)) + "Z" for ring in rings
        )
        tip = f"<title>{escape(properties.get(name, code))}: {escape(number(value))}</title>"
        parts.append(
            _linked(
                [
                    f'<path class="shape q{shade}" fill="{RAMP[shade]}" stroke="#fdf9f3" stroke-width="1.5" '
                    f'fill-rule="evenodd" vector-effect="non-scaling-stroke" d="{path}">{tip}</path>'
                ],
                (links or {}).get(code),
            )
        )
    return _drawing(parts, height=height, width=1000, title=title, desc=desc, interactive=bool(links))


def point_map(points, *, title, desc="", ground=None):
    """Places as dots: points of (longitude, latitude, label) or (longitude, latitude, label, address).

    `ground` may be a GeoJSON FeatureCollection to draw beneath. Without one the names of the kecamatan show where one is.
    Points that have an address become links. Raises ValueError when there is nothing to draw.
    """
    points = [(*point, "") if len(point) == 3 else tuple(point) for point in points]
    rings = [ring for feature in (ground or {}).get("features", []) for ring in _rings(feature)]
    if not rings and not points:
        raise ValueError("there is nothing to draw on the map")
    names = () if rings else KECAMATAN_PLACES
    corners = [corner for ring in rings for corner in ring] or [spot[:2] for spot in (*points, *names)]
    place, height = _projection(corners)
    parts = []
    for longitude, latitude, name in names:
        x, y = place((longitude, latitude))
        crowded = " inner" if name in CROWDED_PLACES else ""
        parts.append(
            _text(
                f"{x:.0f}", y, name, anchor="middle", size=22, css_class=f"t-soft place{crowded}", colour=SOFT
            )
        )
    if rings:
        path = "".join(
            "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in map(place, ring)) + "Z" for ring in rings
        )
        parts.append(
            f'<path class="ground" fill="{TINT}" stroke="{EDGE}" stroke-width="1" fill-rule="evenodd" '
            f'vector-effect="non-scaling-stroke" d="{path}"/>'
        )
    size = 14 if len(points) <= 200 else 8
    for longitude, latitude, label, address in points:
        x, y = place((longitude, latitude))
        dot = (
            f'<circle class="f1 pin" cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{SERIES[0]}" stroke="{CARD}" '
            f'stroke-width="2"><title>{escape(label)}</title></circle>'
        )
        parts.append(_linked([dot], address, label))
    return _drawing(
        parts,
        height=height,
        width=1000,
        title=title,
        desc=desc,
        interactive=any(address for *_, address in points),
    )


def ramp_legend(values, *, number=format_number):
    """The shades that a map of `values` uses, with their ranges: [(css class, "1–20"), …]."""
    known = sorted(value for value in values.values() if value is not None)
    steps = _steps(known)
    legend = []
    for shade in range(1, len(RAMP)):
        inside = [value for value in known if _shade(value, steps) == shade]
        if inside:
            low, high = number(inside[0]), number(inside[-1])
            legend.append((f"q{shade}", low if low == high else f"{low}–{high}"))
    if any(_shade(value, steps) == 0 for value in known):
        legend.insert(0, ("q0", number(0)))
    return legend


def _steps(known):
    """Upper bounds of the five shades: equal shares of the distinct values, so that one giant does not bleach the rest."""
    distinct = sorted({value for value in known if value})
    if not distinct:
        return []
    return [distinct[math.ceil(len(distinct) * share / 5) - 1] for share in range(1, 6)]


def _shade(value, steps):
    if not value:
        return 0
    return next((index for index, bound in enumerate(steps, start=1) if value <= bound), len(steps))


def _ticks(top):
    """Round numbers from zero to at least `top`, three to five of them."""
    if top <= 0:
        return [0, 1]
    size = 10 ** math.floor(math.log10(float(top)))
    step = next(
        size * share for share in (0.25, 0.5, 1, 2, 2.5, 5) if math.ceil(float(top) / (size * share)) <= 4
    )
    step = step if step < 1 else math.ceil(step)
    return [step * index for index in range(math.ceil(float(top) / step) + 1)]


def _projection(corners):
    """A function from (longitude, latitude) to drawing units 1000 wide, and the height that keeps proportions."""
    if not corners:
        raise ValueError("there is nothing to draw on the map")
    west, east = min(c[0] for c in corners), max(c[0] for c in corners)
    south, north = min(c[1] for c in corners), max(c[1] for c in corners)
    squeeze = math.cos(math.radians((south + north) / 2))
    margin = 20
    wide, tall = (east - west) * squeeze, north - south
    # A single place, or a line of them, still gets a map: about two kilometres around it.
    scale = (1000 - 2 * margin) / max(wide, tall * 0.6, 0.02)
    height = round(max(tall * scale, 300) + 2 * margin)
    left = 500 - wide * scale / 2
    upper = height / 2 - tall * scale / 2

    def place(corner):
        return left + (corner[0] - west) * squeeze * scale, upper + (north - corner[1]) * scale

    return place, height


def _rings(feature):
    geometry = feature.get("geometry") or {}
    if geometry.get("type") == "Polygon":
        return geometry["coordinates"]
    if geometry.get("type") == "MultiPolygon":
        return [ring for polygon in geometry["coordinates"] for ring in polygon]
    return []


def _legend(series):
    parts = []
    for index, label in enumerate(series):
        y = (index // 2) * 22
        x = 50 * (index % 2)
        parts.append(_rect(f"{x}%", y + 3, 12, 12, f"f{index % 6 + 1}", SERIES[index % 6], radius=2))
        parts.append(f'<svg x="{x}%" y="{y}" width="50%" height="22">{_text(19, 14, label, size=13)}</svg>')
    return parts, math.ceil(len(series) / 2) * 22 + 8


def _percent(value, whole):
    return f"{float(value) / float(whole) * 100:.2f}%"


def _rect(x, y, width, height, css_class, colour, *, radius=0, tip=""):
    rounded = f' rx="{radius}"' if radius else ""
    inner = f"><title>{escape(tip)}</title></rect>" if tip else "/>"
    return (
        f'<rect class="{css_class}" x="{x}" y="{y}" width="{width}" height="{height}"{rounded} '
        f'fill="{colour}"{inner}'
    )


def _circle(x, y, radius, css_class, colour, *, tip):
    return (
        f'<circle class="{css_class}" cx="{x}" cy="{y:.1f}" r="{radius}" fill="{colour}">'
        f"<title>{escape(tip)}</title></circle>"
    )


def _line(x1, y1, x2, y2, css_class, colour, width):
    return (
        f'<line class="{css_class}" x1="{x1}" y1="{y1:.1f}" x2="{x2}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}" stroke-linecap="round"/>'
    )


def _text(x, y, content, *, anchor="start", size=14, bold=False, soft=False, css_class="", colour=""):
    css_class = css_class or ("t-soft" if soft else "")
    colour = colour or (SOFT if soft else INK)
    extra = f' class="{css_class}"' if css_class else ""
    extra += ' font-weight="600"' if bold else ""
    extra += f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text{extra} x="{x}" y="{y:g}" font-size="{size}" fill="{colour}">{escape(content)}</text>'


def _linked(parts, address, label=""):
    inside = "".join(parts)
    if not address:
        return inside
    named = f' aria-label="{escape(label)}"' if label else ""
    return f'<a href="{escape(address)}"{named}>{inside}</a>'


def _drawing(parts, *, height, title, desc, width=None, interactive=False):
    """The svg element. `interactive` drawings hold links, so they are a group; the others are one image."""
    body = "".join(parts)
    mark = f"c{crc32((title + desc + body).encode()):08x}"
    described = f' aria-describedby="{mark}-d"' if desc else ""
    explained = f'<desc id="{mark}-d">{escape(desc)}</desc>' if desc else ""
    frame = f'viewBox="0 0 {width} {height}"' if width else f'width="100%" height="{height}"'
    return mark_safe(  # noqa: S308 - every text and attribute above went through escape()
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="{"group" if interactive else "img"}" '
        f'aria-labelledby="{mark}"{described} {frame} font-family="sans-serif">'
        f'<title id="{mark}">{escape(title)}</title>'
        f"{explained}{body}</svg>"
    )
