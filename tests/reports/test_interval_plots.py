from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

from diptych.reports.interval_plots import Interval, Spot, curves, forest, plane, span_of

ROWS = (
    Interval(name="pretrain", value=0.05, low=0.02, high=0.08, mark="chosen"),
    Interval(name="matched", value=-0.01, low=-0.04, high=0.02),
    Interval(name="not there", value=math.nan, low=math.nan, high=math.nan),
)
CONTROL = Interval(name="repeats", value=0.0, low=-0.01, high=0.01, mark="control")


def words(svg: str) -> list[str]:
    return [text for node in ET.fromstring(svg).iter() if (text := (node.text or "").strip())]


def test_a_forest_names_every_number() -> None:
    made = forest({"Arms": ROWS, "Controls": [CONTROL]}, title="T", axis="gain", alt="a")
    told = words(made.svg)
    for word in ("T", "Arms", "Controls", "pretrain", "+0.050", "\u22120.010", "not told", "gain"):
        assert word in told
    assert made == forest({"Arms": ROWS, "Controls": [CONTROL]}, title="T", axis="gain", alt="a")


def test_a_longer_forest_is_higher_and_no_wider() -> None:
    def size(count: int) -> list[float]:
        svg = forest({"": [CONTROL] * count}, title="", axis="", alt="").svg
        found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
        assert found
        return [float(found[1]), float(found[2])]

    (width, low), (same, high) = size(2), size(12)
    assert width == same
    assert high > low + 200


def test_names_from_files_are_neither_formulas_nor_markup() -> None:
    name = '_a $\\frac <script>"\n'
    row = Interval(name=name, value=0.1, low=0.0, high=0.2)
    shown = 'a $\\frac <script>"?'
    assert shown in words(forest({name: [row]}, title=name, axis="", alt="").svg)
    assert shown in words(curves({name: [(8.0, row)]}, title="", axes_names=("", ""), alt="").svg)
    spot = Spot(name=name, x=1.0, y=64.0)
    assert shown in words(plane([spot], title="", axes_names=("", ""), levels={64.0: "8 x 8"}, alt="").svg)


def test_numbers_stand_right_of_the_axis() -> None:
    """All gains are below zero, so that the line at zero is near the right end."""
    rows = [Interval(name="a", value=-0.228, low=-0.3, high=-0.2), ROWS[2]]
    root = ET.fromstring(forest({"": rows}, title="T", axis="gain", alt="").svg)
    # As in rotate(0 X Y).
    at = {(node.text or "").strip(): node.get("transform", "") for node in root.iter()}
    places = [float(re.findall(r"[\d.]+", at[word])[1]) for word in ("\u22120.228", "not told")]
    # The lower spine, in its own ink.
    ends = [
        [float(x) for x in re.findall(r"[ML] ([\d.]+)", node.get("d", ""))]
        for node in root.iter()
        if "stroke: #58636c" in node.get("style", "")
    ]
    right = max(x for line in ends for x in line)
    assert all(place > right for place in places), (places, right)


def test_the_axis_has_room_for_all_and_zero() -> None:
    low, high = span_of([*ROWS, Interval(name="", value=0.3, low=0.2, high=0.4)])
    assert low < -0.04 and high > 0.4
    low, high = span_of(ROWS[2:])
    assert low < 0 < high


def test_curves_have_a_tick_at_every_number_of_images() -> None:
    line = [(8.0, ROWS[0]), (30.0, ROWS[1]), (75.0, ROWS[1])]
    told = words(curves({"one": line, "two": line[:2]}, title="T", axes_names=("x", "y"), alt="").svg)
    assert [word for word in told if word in ("8", "30", "75")] == ["8", "30", "75"]
    assert {"one", "two", "x", "y"} <= set(told)


def test_a_plane_tells_ways_apart_by_shape() -> None:
    def shapes(way: str) -> str:
        spot = Spot(name="n", x=0.1, y=64.0, way=way)  # type: ignore[arg-type]
        return plane([spot], title="", axes_names=("", ""), levels={64.0: "8 x 8"}, alt="").svg

    drawn = {way: re.sub(r"#[0-9a-f]{6}", "", shapes(way)) for way in ("up", "down", "level", "open")}
    assert len(set(drawn.values())) == 4
    assert "8 x 8" in words(shapes("up"))
