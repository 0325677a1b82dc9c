"""Gap matrices, evidence maps and bars: numbers are those of the records, and every colour has its number."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest

from diptych.base.errors import DiptychError
from diptych.catalogue import Catalogue, count
from diptych.catalogue.review.drawing import INK
from diptych.catalogue.site.drawing import PALE, QUIET, SHADES, WHITE, draw_bars, draw_map, draw_matrix
from diptych.catalogue.site.facets import told
from diptych.catalogue.site.figures import Figure, draw_figures, gap_matrices, write_figures
from diptych.catalogue.site.matrices import Matrix, cross
from diptych.catalogue.site.pages import cell_link
from diptych.catalogue.vocabulary import AXES, VOCABULARIES

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn(catalogue: Catalogue) -> tuple[Figure, ...]:
    return draw_figures(catalogue)


def matrix(cells: dict[tuple[str, str], int], rows: str = "ab", columns: str = "xy") -> Matrix:
    return Matrix(
        title="A < B", row_name="row", column_name="column", records=9, cells=cells,
        rows=dict.fromkeys(rows, 9), columns=dict.fromkeys(columns, 9),
    )  # fmt: skip


def test_cells_are_what_counting_by_hand_gives(catalogue: Catalogue) -> None:
    sets = [entry for entry in catalogue if entry.kind != "generator"]
    made = cross(sets, "modality group", "generator family", "t", catalogue)
    for group, family in product(
        VOCABULARIES["modality group"], [*VOCABULARIES["generator family"], "unknown"]
    ):
        by_hand = 0
        for entry in sets:
            families = entry.generator.families or ("unknown",)
            by_hand += group in entry.modality_groups and family in families
        assert made.count(group, family) == by_hand
    assert made.columns["VAE"] == 0, "what nobody offers is shown as a gap"
    assert made.records == 47


def test_sizes_are_those_of_the_statistics(catalogue: Catalogue) -> None:
    made = cross(catalogue, "year", "evaluation axis", "t", catalogue)
    years = count(catalogue, "year").rows
    assert {year: n for year, n in made.rows.items() if n} == {y: row["all"] for y, row in years.items()}
    kinds = count(catalogue, "evaluation kind reported").rows
    assert dict(made.columns) == {axis: kinds[axis]["all"] for axis in AXES}
    assert list(made.rows)[:3] == ["2016", "2017", "2018"], "a year without a record is a row"


def test_parts_come_in_order_data_sets_first(drawn: tuple[Figure, ...]) -> None:
    parts = [(figure.part, figure.matrix.records) for figure in drawn if figure.matrix]
    assert parts == [("data sets", 47), ("generators", 55), ("generators outside medigan", 32)] * 2
    assert len({figure.key for figure in drawn}) == len(drawn)


def test_without_the_collection_there_is_no_part_for_it(catalogue: Catalogue) -> None:
    others = [entry for entry in catalogue if entry.collection != "medigan"]
    assert [figure.part for figure in gap_matrices(others)] == ["data sets", "generators"] * 2
    assert not any("medigan" in figure.svg for figure in draw_figures(others) if figure.count)
    only_sets = [entry for entry in catalogue if entry.holds_images]
    assert [figure.part for figure in gap_matrices(only_sets)] == ["data sets"] * 2


def test_gaps_leave_out_what_was_not_told() -> None:
    made = Matrix(
        title="", row_name="", column_name="", records=1, cells={("a", "x"): 1},
        rows={"a": 1, "unknown": 0}, columns={"x": 1, "y": 0, "not told": 0},
    )  # fmt: skip
    assert made.gaps == 1
    assert made.described().startswith("1 record. 1 of 2 cells are empty.")


def test_every_drawing_is_named_described_and_says_its_numbers(drawn: tuple[Figure, ...]) -> None:
    names = []
    for figure in drawn:
        root = ElementTree.fromstring(figure.svg)
        ids = {element.get("id") for element in root.iter() if element.get("id")}
        assert root.get("role") == "img" and set((root.get("aria-labelledby") or "").split()) == ids
        assert root.findtext(f"{SVG}title") == figure.title and len(root.findtext(f"{SVG}desc") or "") > 40
        assert not re.search(r"\bstyle=|<style|href=", figure.svg), "a strict page would refuse it"
        names += ids
        if figure.matrix:
            texts = [text.text for text in root.iter(f"{SVG}text")]
            cells = product(figure.matrix.rows, figure.matrix.columns)
            assert texts[-len(figure.matrix.rows) * len(figure.matrix.columns) :] == [
                str(figure.matrix.count(*cell)) for cell in cells
            ]
    assert len(names) == len(set(names)), "a page holds all of them"


def test_an_empty_cell_is_struck_out_and_a_full_one_dark() -> None:
    drawing = draw_matrix(matrix({("a", "x"): 9, ("b", "y"): 1}))
    assert drawing.count("<path") == 2
    assert drawing.count(SHADES[-1]) == 1 and drawing.count(SHADES[0]) == 1


def test_numbers_can_be_read_on_every_shade() -> None:
    for level, shade in enumerate(SHADES):
        assert contrast(shade, INK if level < PALE else WHITE) >= 4.5
    assert contrast(QUIET, WHITE) >= 4.5
    shades = [luminance(shade) for shade in SHADES]
    assert shades == sorted(shades, reverse=True), "darker is more, in grey print, too"


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2), 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_bubbles_grow_with_numbers_and_stay_in_their_cell() -> None:
    drawing = draw_map(matrix({("a", "x"): 16}), matrix({("a", "x"): 1}), ("one", "two"), "t")
    radii = [float(r) for r in re.findall(r' r="([\d.]+)"', drawing)]
    assert radii[0] > radii[1] > 3
    places = [float(x) for x in re.findall(r'cx="([\d.]+)"', drawing)]
    assert places[1] - places[0] >= 20 and radii[0] <= 12


def test_bars_are_as_long_as_their_numbers() -> None:
    drawing = draw_bars("t", {"a": (2, 1), "b": (0, 0)}, ("one", "two"))
    widths = [float(width) for width in re.findall(r'width="([\d.]+)" height="16"', drawing)]
    assert len(widths) == 2 and widths[0] == pytest.approx(2 * widths[1], rel=1e-3)
    assert "2 + 1" in drawing and "0 + 0" in drawing


def test_markup_in_a_drawing_stays_text() -> None:
    bad = '</svg><script>alert("x")</script>'
    drawing = draw_bars(bad, {bad: (1,)}, (bad,))
    assert [element for element in ElementTree.fromstring(drawing).iter() if "script" in element.tag] == []


def test_a_cell_leads_to_just_its_records(catalogue: Catalogue, drawn: tuple[Figure, ...]) -> None:
    links = 0
    for figure in drawn:
        for row, column in product(figure.matrix.rows, figure.matrix.columns) if figure.matrix else ():
            link = cell_link(figure, row, column)
            if not link:
                assert figure.part == "generators outside medigan" or not figure.matrix.count(row, column)
                continue
            asked = parse_qs(link.partition("#")[2])
            found = [e for e in catalogue if all(set(told(e)[key]) & set(v) for key, v in asked.items())]
            assert len(found) == figure.matrix.count(row, column), link
            links += 1
    assert links > 80


def test_the_files_are_whole_equal_each_time_and_over_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    names = write_figures(catalogue, tmp_path / "one")
    write_figures(catalogue, tmp_path / "two")
    assert sorted(names) == sorted(path.name for path in (tmp_path / "one").iterdir())
    assert all((tmp_path / "one" / n).read_bytes() == (tmp_path / "two" / n).read_bytes() for n in names)
    with pytest.raises(DiptychError, match="not empty"):
        write_figures(catalogue, tmp_path / "one")
