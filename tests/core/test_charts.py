"""The drawings: well formed, the same every time, safe with hostile text, allowed by the content security policy."""

import re
import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import charts

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "\"><script>alert('1')</script>&"
SQUARE = [[110.3, -7.1], [110.4, -7.1], [110.4, -7.0], [110.3, -7.0], [110.3, -7.1]]
HOLE = [[110.33, -7.07], [110.36, -7.07], [110.36, -7.04], [110.33, -7.07]]


def collection(kind="Polygon", coordinates=None, name="Genuk"):
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"kode": "33.74.05", "nama": name},
                "geometry": {"type": kind, "coordinates": coordinates or [SQUARE]},
            }
        ],
    }


def drawings(text="Makanan"):
    return {
        "bar": charts.bar_chart([(text, 12), ("Logam", 3)], title=text, desc=text),
        "stacked": charts.stacked_bar([(text, [1, 2])], [text, "Perempuan"], title=text, desc=text),
        "line": charts.line_chart([(text, 1), ("2024", None), ("2025", 3)], title=text, desc=text),
        "tiles": charts.tile_map({"33.74.05": 4}, title=text, desc=text, links={"33.74.05": text}),
        "shapes": charts.geojson_map(
            collection(name=text), {"33.74.05": 4}, title=text, desc=text, links={"33.74.05": text}
        ),
        "points": charts.point_map([(110.3, -7.0, text, text)], title=text, desc=text),
    }


@pytest.mark.parametrize("which", ["bar", "stacked", "line", "tiles", "shapes", "points"])
class TestEveryDrawing:
    def test_is_well_formed_and_names_itself(self, which):
        root = ElementTree.fromstring(drawings()[which])
        title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title.text == "Makanan"
        assert root.get("aria-labelledby") == title.get("id")
        assert root.get("aria-describedby") == desc.get("id")
        assert root.get("role") in {"img", "group"}

    def test_escapes_every_text_and_address(self, which):
        drawing = drawings(HOSTILE)[which]
        root = ElementTree.fromstring(drawing)
        assert "<script" not in drawing
        assert root.find(f"{SVG}title").text == HOSTILE

    def test_has_nothing_the_content_security_policy_refuses(self, which):
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script|<image|url\(", drawings()[which])

    def test_is_the_same_for_the_same_figures(self, which):
        assert drawings()[which] == drawings()[which]

    def test_carries_both_a_class_and_a_colour_of_its_own(self, which):
        for element in ElementTree.fromstring(drawings()[which]).iter():
            if element.get("class") and element.tag in {f"{SVG}rect", f"{SVG}circle", f"{SVG}path"}:
                assert re.fullmatch(r"#[0-9a-f]{6}", element.get("fill"))


def test_a_long_label_does_not_run_into_its_value():
    long = "Industri roti dan kue, makanan ringan serta olahan singkong"
    root = ElementTree.fromstring(charts.bar_chart([(long, 123_456_789), ("Logam", 3)], title="x"))
    texts = list(root.iter(f"{SVG}text"))
    rows = {}
    for text in texts:
        rows.setdefault(float(text.get("y")), []).append(text.text or "")
    assert " ".join(text.text or "" for text in texts if not text.get("text-anchor")).split() == [
        *long.split(),
        "Logam",
    ]
    assert all(sum(map(len, row)) + 2 <= charts.PHONE_LETTERS or len(row) == 1 for row in rows.values())
    assert all(len(line) <= charts.PHONE_LETTERS for row in rows.values() for line in row)


def bars(drawing):
    return [
        float(element.get("width").rstrip("%"))
        for element in ElementTree.fromstring(drawing).iter(f"{SVG}rect")
        if element.get("class") == "f1"
    ]


def test_bars_are_proportional_to_their_values():
    assert bars(charts.bar_chart([("a", 200), ("b", 50), ("c", 0)], title="t")) == [100.0, 25.0]


def test_a_suppressed_bar_shows_a_dash_and_no_length():
    drawing = charts.bar_chart([("a", 10), ("b", None)], title="t")
    assert bars(drawing) == [100.0]
    assert ">–</text>" in drawing


def test_a_chart_without_rows_is_still_a_drawing():
    ElementTree.fromstring(charts.bar_chart([], title="t"))
    ElementTree.fromstring(charts.line_chart([], title="t"))
    ElementTree.fromstring(charts.tile_map({}, title="t"))


def test_shares_fill_the_bar_and_totals_keep_their_length():
    rows = [("a", [1, 3]), ("b", [1, 1])]
    widths = [
        [float(w) for w in re.findall(r'class="f[12]" x="[\d.]+%" y="\d+" width="([\d.]+)%"', drawing)]
        for drawing in (
            charts.stacked_bar(rows, ["l", "p"], title="t"),
            charts.stacked_bar(rows, ["l", "p"], title="t", share=False),
        )
    ]
    assert widths == [[25, 75, 50, 50], [25, 75, 25, 25]]


def test_a_row_that_lacks_a_value_is_refused():
    with pytest.raises(ValueError, match="each series"):
        charts.stacked_bar([("a", [1])], ["l", "p"], title="t")


def test_a_missing_year_breaks_the_line():
    whole = charts.line_chart([("2023", 1), ("2024", 2), ("2025", 3)], title="t")
    broken = charts.line_chart([("2023", 1), ("2024", None), ("2025", 3)], title="t")
    assert whole.count('class="l1"') == 2
    assert broken.count('class="l1"') == 0
    assert broken.count("<circle") == 2


@given(st.decimals(min_value=0, max_value=10**15, places=1))
def test_the_scale_holds_every_value_in_few_steps(top):
    ticks = charts._ticks(top)
    assert ticks[0] == 0
    assert ticks[-1] >= top
    assert 2 <= len(ticks) <= 6
    assert ticks == sorted(set(ticks))


def test_the_grid_has_the_sixteen_kecamatan_each_on_its_own_tile():
    assert sorted(charts.KECAMATAN_GRID) == [f"33.74.{number:02d}" for number in range(1, 17)]
    places = {(column, row) for column, row, _ in charts.KECAMATAN_GRID.values()}
    assert len(places) == 16
    assert {column for column, _ in places} == set(range(5))


def test_a_tile_without_a_figure_is_empty_and_a_larger_figure_is_never_paler():
    codes = sorted(charts.KECAMATAN_GRID)
    drawing = charts.tile_map({code: 5 * index + 1 for index, code in enumerate(codes[:-1])}, title="t")
    assert drawing.count('class="q0"') == 1
    shades = [charts._shade(value, charts._steps(range(1, 76, 5))) for value in range(1, 76, 5)]
    assert shades == sorted(shades)
    assert set(shades) == {1, 2, 3, 4, 5}


def test_one_giant_does_not_bleach_the_others():
    values = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 100_000}
    assert [charts._shade(value, charts._steps(values.values())) for value in values.values()] == [
        1,
        2,
        3,
        4,
        5,
    ]


def test_the_legend_names_the_range_of_each_shade_used():
    legend = charts.ramp_legend({"a": 0, "b": 10, "c": 20, "d": None, "e": 1500})
    assert legend == [("q0", "0"), ("q1", "10"), ("q2", "20"), ("q4", "1.500")]


def test_a_map_keeps_north_up_and_proportions_true():
    place, height = charts._projection([tuple(corner) for corner in SQUARE])
    (x0, y0), (x1, y1) = place((110.3, -7.1)), place((110.4, -7.0))
    assert x0 < x1
    assert y0 > y1
    # A tenth of a degree of longitude is a little shorter than one of latitude at seven degrees south.
    assert (x1 - x0) / (y0 - y1) == pytest.approx(0.9925, abs=0.001)
    assert 0 < y1 < y0 < height


def test_holes_and_islands_are_drawn():
    drawing = charts.geojson_map(
        collection("MultiPolygon", [[SQUARE, HOLE], [HOLE]]), {"33.74.05": 4}, title="t"
    )
    assert drawing.count("M") == 3
    assert 'fill-rule="evenodd"' in drawing


def test_a_map_of_nothing_says_so():
    with pytest.raises(ValueError, match="nothing to draw"):
        charts.geojson_map({"type": "FeatureCollection", "features": []}, {}, title="t")
    with pytest.raises(ValueError, match="nothing to draw"):
        charts.point_map([], title="t")


def test_points_without_boundaries_lie_among_the_names_of_the_kecamatan():
    assert len(charts.KECAMATAN_PLACES) == len(charts.KECAMATAN_GRID) == 16
    assert "Gunungpati" in charts.point_map([(110.4, -7.0, "Blenduk")], title="t")
    square = [[110.3, -7.1], [110.5, -7.1], [110.5, -6.9], [110.3, -7.1]]
    ground = {"features": [{"geometry": {"type": "Polygon", "coordinates": [square]}}]}
    assert "Gunungpati" not in charts.point_map([(110.4, -7.0, "Blenduk")], title="t", ground=ground)


def test_one_place_alone_lies_where_it_is_in_the_city():
    def across(longitude):
        drawing = ElementTree.fromstring(charts.point_map([(longitude, -7.0, "Blenduk")], title="t"))
        return float(drawing.find(f"{SVG}circle").get("cx"))

    assert 0 < across(110.32) < across(110.45) < 1000


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (3675, "3.675"),
        (29770.0, "29.770"),
        (Decimal("95.16"), "95,2"),
        (1234567.25, "1.234.567,2"),
        (None, "–"),
    ],
)
def test_numbers_are_written_the_indonesian_way(value, shown):
    assert charts.format_number(value) == shown
