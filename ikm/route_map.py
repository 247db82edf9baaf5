"""A day route as a drawing: numbered stops joined by a line, north up. Pure: positions in, a safe SVG string out."""

import math

from django.utils.html import escape
from django.utils.safestring import mark_safe

WIDTH, HEIGHT, MARGIN = 1000, 520, 60

#: Below this spread (degrees, about 500 m) a drawing would enlarge chance differences.
LEAST_SPREAD = 0.005


def route_map(start, stops, *, title):
    """The svg of a round from `start` (latitude, longitude) through `stops` [(latitude, longitude, label)] and home.

    Stops without a position (None, None) are left out; "" when none is left. Colours come from portal.css.
    """
    known = [(number, stop) for number, stop in enumerate(stops, 1) if stop[0] is not None]
    if not known:
        return ""
    places = [start, *((float(stop[0]), float(stop[1])) for _number, stop in known)]
    south, north = min(p[0] for p in places), max(p[0] for p in places)
    west, east = min(p[1] for p in places), max(p[1] for p in places)
    middle = ((south + north) / 2, (west + east) / 2)
    narrowing = math.cos(math.radians(middle[0]))
    spread_x = max((east - west) * narrowing, LEAST_SPREAD)
    spread_y = max(north - south, LEAST_SPREAD)
    scale = min((WIDTH - 2 * MARGIN) / spread_x, (HEIGHT - 2 * MARGIN) / spread_y)

    def point(place):
        x = WIDTH / 2 + (place[1] - middle[1]) * narrowing * scale
        y = HEIGHT / 2 - (place[0] - middle[0]) * scale
        return f"{x:.1f}", f"{y:.1f}"

    line = " ".join(",".join(point(place)) for place in [*places, places[0]])
    x, y = point(start)
    parts = [
        f'<polyline class="l2" points="{line}" fill="none" stroke="#3a479b" stroke-width="4" '
        'stroke-linejoin="round" stroke-dasharray="2 9" stroke-linecap="round"/>',
        f'<rect class="f2" x="{float(x) - 14:.1f}" y="{float(y) - 14:.1f}" width="28" height="28" rx="6" '
        'fill="#3a479b"/>',
    ]
    for (number, stop), place in zip(known, places[1:], strict=True):
        x, y = point(place)
        parts.append(
            f'<g><title>{escape(stop[2])}</title><circle class="f1" cx="{x}" cy="{y}" r="24" fill="#a5401d"/>'
            f'<text class="qp" x="{x}" y="{float(y) + 9:.1f}" text-anchor="middle" font-size="26" font-weight="700" '
            f'fill="#ffffff">{number}</text></g>'
        )
    return mark_safe(  # noqa: S308 - labels and title went through escape(), the rest is numbers
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )
