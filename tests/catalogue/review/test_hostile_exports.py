"""What comes from outside may be anything: it is refused in one line, or kept as plain text."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.catalogue.review import importing, read_export, text
from diptych.catalogue.review.citation import LONGEST

EXPORTS = Path(__file__).parent / "exports"


def lines_of(path: Path, data: bytes | str, encoding: str = "utf-8") -> list[str]:
    """What the reader says of a file."""
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(DiptychError) as caught:
        read_export(path, encoding)
    return [str(problem).replace(str(path), "FILE") for problem in caught.value.problems]


def ris(*fields: str, kind: str = "JOUR") -> str:
    return "\n".join((f"TY  - {kind}", *fields, "ER  - ", ""))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "FILE: no column is called Title"),
        (b"\x00\x01\x02", "FILE: no column is called Title"),
        (b"TY  - JOUR\nTI  - M\xfcller\nER  - \n", "FILE, line 2: is not text in utf-8; export it as UTF-8"),
        ("TY  - JOUR\nTI  - cut short\n", "FILE, line 1: the record is not closed by ER"),
        ("TY  - JOUR\nTI  - a\nTY  - JOUR\nTI  - b\nER  - \n", "FILE, line 1: the record is not closed"),
        (ris("TI  - a") + "AU  - Lost, A.\n", "FILE, line 4: AU stands outside a record"),
        (ris("TI  - a", "DO  - 10.1000/a b"), "FILE, line 1: DOI '10.1000/a b' holds a space; correct it"),
        (ris("AU  - Nobody"), "FILE, line 1: the record has neither title nor identifier"),
        ("@article{a, title={x}}\n@article{a, title={y}}\n", "FILE, line 2: the key 'a' comes twice"),
        ("@article{a, title={x}\n\n@article{b, title={y}}\n", "FILE, line 1: the entry cannot be read"),
        ("@article{a, title={" + "{" * 50 + "x" + "}" * 50 + "}}\n", "FILE, line 1: more than 40 braces"),
        ("PMID- 1\nTI  - x\nLID - nonsense [doi]\n", "FILE, line 1: DOI 'nonsense' is none"),
        ("Title,Year\nx,2020,3\n", "FILE, line 2: the row has 3 cells, the heading 2"),
        ('Title,Year\n"x,2020\n', "FILE, line 2: the table cannot be read"),
        ("Name,Year\nx,2020\n", "FILE: no column is called Title, the first is 'name'"),
        ("Title\n", "FILE: holds no record"),
    ],
)  # fmt: skip
def test_one_clear_line(data: bytes | str, said: str, tmp_path: Path) -> None:
    (line,) = lines_of(tmp_path / "x", data)
    assert line.startswith(said)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    told = ris("TI  - a", "DO  - none") + ris("TI  - good") + ris("AU  - Nobody")
    assert [line.split(": ")[0] for line in lines_of(tmp_path / "x", told)] == [
        "FILE, line 1",
        "FILE, line 8",
    ]


def test_unknown_types_and_tags_are_read(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(ris("TI  - a", "ZZ  - ?", kind="HOLOGRAM"))
    (citation,) = read_export(tmp_path / "x").citations
    assert (citation.title, citation.kind) == ("a", "HOLOGRAM")


def test_markup_and_controls_stay_text_or_go(tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script>\x1b[31m\u202e=cmd|' /C calc'!A0"
    (tmp_path / "x").write_text(ris(f"TI  - {nasty}", "UR  - javascript:alert(1)"))
    (citation,) = read_export(tmp_path / "x").citations
    assert citation.title == "<script>alert(1)</script>[31m=cmd|' /C calc'!A0"
    assert citation.url == ""


def test_absurd_sizes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = lines_of(tmp_path / "x", ris(f"TI  - {'x' * (LONGEST['title'] + 1)}"))
    assert line.startswith("FILE, line 1: title has 2,001 letters, 2,000 are read")
    (line,) = lines_of(tmp_path / "x", ris("TI  - a", *["AU  - Li, X."] * 10_001))
    assert line.startswith("FILE, line 1: 10,001 authors")
    monkeypatch.setattr(importing, "MOST_RECORDS", 2)
    (line,) = lines_of(tmp_path / "x", ris("TI  - a") * 3)
    assert line.startswith("FILE: more than 2 records")
    monkeypatch.setattr(text, "MOST_BYTES", 10)
    (line,) = lines_of(tmp_path / "x", ris("TI  - a"))
    assert "is larger than" in line


def test_other_encodings_are_read_when_named(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(ris("TI  - Größe").encode("cp1252"))
    assert read_export(path, "cp1252").citations[0].title == "Größe"
    path.write_bytes(ris("TI  - Größe").replace("\n", "\r\n").encode("utf-16"))
    assert read_export(path).citations[0].title == "Größe"
    assert "no text encoding" in lines_of(path, b"x", "klingon")[0]
    with pytest.raises(DiptychError, match="is no file"):
        read_export(tmp_path)


def test_a_million_lines_are_read_in_time(tmp_path: Path) -> None:
    """Lines that go on are joined once: adding each to the text before it would take hours."""
    (tmp_path / "x").write_text("TY  - JOUR\nTI  - a\nZZ  - b\n" + "on and on\n" * 300_000 + "ER  - \n")
    assert read_export(tmp_path / "x").citations[0].title == "a"
    (tmp_path / "x").write_text("@article{a, title={a}, file={" + "\\'e{x} $ " * 100_000 + "}}")
    assert read_export(tmp_path / "x").citations[0].title == "a"


def test_bibtex_bombs_end_soon(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for bomb in (
        "@article{a, title={" + r"\begin{a}" * 4000 + "}}",
        "@article{a, title={" + r"\frac" * 300 + "}}",
        "@a{b,\n" * 3000,
        "@string{x = x # x}\n@article{a, title = x}",
        "@article{a, title={" + "{" * 9999,
    ):
        (tmp_path / "x").write_text(bomb)
        try:
            read_export(tmp_path / "x")
        except DiptychError as error:
            assert error.problems
    assert capfd.readouterr().err == "", "the library's own log is silent"


@pytest.mark.parametrize("name", sorted(p.name for p in EXPORTS.iterdir()))
def test_torn_files_never_crash(name: str, tmp_path: Path) -> None:
    data, chance = (EXPORTS / name).read_bytes(), random.Random(name)
    for _ in range(25):
        torn = bytearray(data[: chance.randrange(len(data))])
        for _ in range(chance.randrange(6)):
            torn[chance.randrange(len(torn) or 1) : 1] = bytes([chance.randrange(256)])
        (tmp_path / "x").write_bytes(bytes(torn))
        try:
            assert read_export(tmp_path / "x").citations
        except DiptychError as error:
            assert all(len(str(problem)) < 1000 for problem in error.problems)


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_or_refused(tmp_path: Path, words: str) -> None:
    for data in (
        words,
        ris(f"TI  - {words}"),
        f"@article{{a, title={{{words}}}}}",
        f"PMID- 1\nTI  - {words}\n",
    ):
        (tmp_path / "x").write_bytes(data.encode("utf-8", "surrogatepass"))
        try:
            read_export(tmp_path / "x")
        except DiptychError as error:
            assert error.problems
