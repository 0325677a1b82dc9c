"""Records from outside: refused with one line a fault, and what is text stays text."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from diptych.base.errors import DiptychError
from diptych.catalogue import load_catalogue, parse_entry
from diptych.catalogue.writing import entry_yaml


def faults(text: str) -> list[str]:
    """The lines with which a text is refused."""
    with pytest.raises(DiptychError) as caught:
        parse_entry(text, "toy.yaml")
    lines = str(caught.value).split("\n")
    assert all(line.startswith("toy.yaml") and len(line) < 400 and line.isprintable() for line in lines), (
        lines
    )
    return lines


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{after}: &{after} [{','.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BOMB, "line 1: uses an anchor or alias"),
        ("id: x\nname: *gone\n", "line 2: uses an anchor or alias"),
        ("id: &here x\n", "line 1: uses an anchor or alias"),
        ("id: x\nname: !!python/object/apply:os.system ['true']\n", "line 2: uses the tag"),
        ("id: !!binary aGk=\n", "line 1: uses the tag"),
        ("? [a, b]\n: c\n", "key that is no text"),
        ("<<: *a\n", "uses an anchor or alias"),
        ("id: x\nname: a\nid: y\n", "line 3: says 'id' twice"),
        ("release: {seen: true, seen: false}\n", "says 'seen' twice"),
        ("id: x\n---\nid: y\n", "second document"),
        ("[" * 5000, "nest"),
        ("x: " + "[" * 40 + "]" * 40, "nested deeper"),
        ("x: [" + "1," * 6000 + "]", "more than 5,000 values"),
        ("name: " + "a" * 200_000, "letters, more than the 100,000"),
        ("id: [unclosed\n", "is no YAML"),
        ("id: \x00\n", "is no YAML"),
        ("id: \ud800\n", "halves of characters"),
        ("id: 'x\n", "is no YAML"),
        ("", "is no mapping"),
        ("- 1\n", "is no mapping"),
        ("just text", "is no mapping"),
    ],
)
def test_traps_of_yaml_are_refused(text: str, says: str) -> None:
    lines = faults(text)
    assert says in lines[0] and len(lines) == 1, lines


PIECES = [
    "&a", "*a", "!!int '1'", "? ", "---", "%TAG ! x", "|", "\t", "\x85", "{", "]", ": ", "- ", "#", '"', "'",
    "1e400", "0x1", "<<: {}", '"\\uD800"', "\ud800", "\U0001f600", "\x07", "9" * 40,
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    start=st.integers(0, 101),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 9), st.sampled_from(PIECES) | st.text(max_size=5))
    ),
)
def test_spoilt_files_are_read_or_refused_and_nothing_else(
    start: int, cuts: list[tuple[float, int, str]]
) -> None:
    text = entry_yaml(load_catalogue().entries[start])
    for place, size, piece in cuts:
        at = int(place * len(text))
        text = text[:at] + piece + text[at + size :]
    try:
        parse_entry(text, "toy.yaml")
    except DiptychError as error:
        assert all(str(problem).startswith("toy.yaml") for problem in error.problems)


def test_the_reader_in_python_refuses_as_the_one_in_c(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert "anchor" in faults(BOMB)[0]
    assert "nest" in faults("[" * 5000)[0]
    entry = load_catalogue().entries[0]
    assert parse_entry(entry_yaml(entry)) == entry


def test_words_that_yaml_would_turn_stay_words() -> None:
    from diptych.catalogue.plain_yaml import read_yaml

    text = "a: no\nb: 2026-11-22\nc: 0o17\nd: 1_000\ne: .inf\nf: 12:30\ng: '5'\nh: 5\ni: 1e3\nj: null\nk: ~\n"
    assert list(read_yaml(text, "x").data.values()) == [
        "no", "2026-11-22", "0o17", "1_000", ".inf", "12:30", "5", 5, 1000.0, None, None,
    ]  # fmt: skip


def spoilt(record: dict[str, Any], path: str, value: Any) -> list[str]:
    """The complaints about a record with one field changed; `path` is dotted."""
    *above, last = path.split(".")
    place: Any = record
    for part in above:
        place = place[int(part)] if part.isdigit() else place.setdefault(part, {})
    place[last] = value
    return faults(json.dumps(record))


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("paper.dois", ["10.1234/a b"], "is no DOI"),
        ("paper.dois", ["https://doi.org/10.1234/ab"], "is no DOI"),
        ("paper.dois", ["10.1234/<script>"], "is no DOI"),
        ("paper.dois", ["10.1234/" + "a" * 300], "at most 200"),
        ("paper.dois", [], "at least 1"),
        ("paper.arxiv", "arXiv:2209.07162", "is no arXiv number"),
        ("release.url", "javascript:alert(1)", "must begin with http"),
        ("release.url", "file:///etc/passwd", "must begin with http"),
        ("release.url", "data:text/html,x", "must begin with http"),
        ("release.url", "https://a.org/<script>", "percent-encode"),
        ("release.url", "https://a.org/a b", "percent-encode"),
        ("release.url", "https://user:pass@a.org/", "user or a port"),
        ("release.url", "http://a.org:8081/x", "user or a port"),
        ("release.url", "http://127.0.0.1/x", "no public host"),
        ("release.url", "http://[::1]/x", "no public host"),
        ("release.url", "http://localhost/x", "no public host"),
        ("release.url", "http://[broken", "is no web address"),
        ("release.url", "https://a.org/b\n", "percent-encode"),
        ("release.url", "https://a.org/b\nER\t-", "percent-encode"),
        ("release.url", "https://a.org/b\x7f", "percent-encode"),
        ("release.url", "https://huggingface.co/papers/2504.06897", "repeats others"),
        ("release.url", "https://hf-mirror.com/x", "repeats others"),
        ("release.url", "https://api.hf-mirror.com/x", "repeats others"),
        ("release.url", "https://xn--b.org/" + "a" * 400, "at most 300"),
        ("name", "a\nb", "U+000A"),
        ("name", "a\u202eb", "U+202E"),
        ("name", "a\u001b[31mb", "U+001B"),
        ("name", " ", "is blank"),
        ("name", " a", "begins or ends with a space"),
        ("name", "a" * 301, "at most 300"),
        ("notes", "a" * 1501, "at most 1500"),
        ("name", 5, "valid string"),
        ("name", ["a"], "valid string"),
        ("name", None, "valid string"),
        ("id", "../../etc/passwd", "is no id"),
        ("id", "A", "is no id"),
        ("kind", "data", "'dataset'"),
        ("modality", ["X-Ray"], "'X-ray'"),
        ("modality", ["CT", "CT"], "names something twice"),
        ("modality", [], "at least 1"),
        ("modality", "CT", "should be a list"),
        ("year", 20240, "less than or equal to 2100"),
        ("year", "2024", "valid integer"),
        ("year", True, "valid integer"),
        ("verified", "yesterday", "valid date"),
        ("verified", 20261122, "valid date"),
        ("size.n", -1, "greater than or equal to 1"),
        ("size.n", 10**15, "less than or equal"),
        ("size.n", 1.5, "valid integer"),
        ("evaluation.metrics.0.axes", ["utility"], "'fidelity'"),
        ("licence", {"words": "MIT", "spdx": "MIT", "family": "BSD"}, "belongs to 'MIT'"),
        ("licence", {"words": "x", "spdx": "X-1.0", "family": "other"}, "not among the SPDX"),
        ("licence", {"family": "MIT"}, "belong together"),
        ("use_cases.0.source", "https://example.org/other", "not among the sources"),
        ("sources", [], "at least 1"),
        ("rating", 5, "is no field of an entry"),
        ("release.rating", 5, "is no field of an entry"),
    ],
)
def test_a_spoilt_field_is_named_with_its_fault(
    record: dict[str, Any], path: str, value: Any, says: str
) -> None:
    lines = spoilt(record, path, value)
    assert len(lines) == 1 and says in lines[0], lines


def test_a_metric_is_a_finite_number(record: dict[str, Any]) -> None:
    text = json.dumps(record).replace("12.5", "1e999")
    assert "finite" in faults(text)[0]


def test_all_faults_are_told_at_once_each_with_its_line() -> None:
    text = "id: toy\nname: ''\nkind: data\nmodality: [CT]\nrelease: {seen: maybe}\nverified: '2026-11-22'\n"
    lines = faults(text)
    assert [line.split(":")[0] for line in lines] == [
        "toy.yaml line 2, field name", "toy.yaml line 3, field kind",
        "toy.yaml line 5, field release.seen", "toy.yaml line 1, field sources",
    ]  # fmt: skip


SCRIPT = "<script>alert('x')</script> & <b onload=\"y\">"


def text_places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all free texts of a full record."""
    free = {
        "name", "model", "task", "metric", "gain", "result", "method", "fairness", "cost", "because", "words",
        "title", "resolution", "collection", "evidence", "notes", "note", "data", "modality_note",
        "body_region_note", "conditioning_note", "labels_note", "hosting_note",
    }  # fmt: skip
    if isinstance(value, dict):
        for key, item in value.items():
            yield from text_places(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from text_places(item, (*path, number))
    elif isinstance(value, str) and next(p for p in reversed(path) if isinstance(p, str)) in free:
        yield path


def test_markup_in_a_text_stays_text_and_survives_the_round_trip() -> None:
    from diptych.catalogue.writing import plain

    touched = 0
    for entry in load_catalogue():
        values = plain(entry)
        for path in text_places(values):
            place = values
            for part in path[:-1]:
                place = place[part]
            place[path[-1]] = f"{SCRIPT} {path}"
            touched += 1
        hurt = parse_entry(json.dumps(values), "toy.yaml")
        assert hurt.name.startswith(SCRIPT)
        assert parse_entry(entry_yaml(hurt), "toy.yaml") == hurt
    assert touched > 1000


def test_a_folder_tells_the_faults_of_all_its_files(tmp_path: Path, record: dict[str, Any]) -> None:
    (tmp_path / "toy.yaml").write_text(json.dumps(record))
    (tmp_path / "twin.yaml").write_text(json.dumps(record))
    (tmp_path / "other.yml").write_text(json.dumps({**record, "id": "another"}))
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00x")
    (tmp_path / "bad.yaml").write_text("id: &a x\n")
    (tmp_path / "sub.yaml").mkdir()
    with pytest.raises(DiptychError) as caught:
        load_catalogue(tmp_path)
    told = [str(problem).replace(str(tmp_path), "") for problem in caught.value.problems]
    assert len(told) == 5, told
    assert any("repeats the id 'toy' of toy.yaml" in line for line in told)
    assert any("other.yml: holds the id 'another'" in line for line in told)
    assert any("no text in UTF-8" in line for line in told)
    assert any("sub.yaml: cannot be read" in line for line in told)


@pytest.mark.parametrize("make", [False, True])
def test_a_folder_without_entries_is_refused(tmp_path: Path, make: bool) -> None:
    folder = tmp_path / "empty"
    if make:
        folder.mkdir()
    with pytest.raises(DiptychError, match="holds no entry" if make else "is not a folder"):
        load_catalogue(folder)


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(3 * 2**30)
    with pytest.raises(DiptychError, match=r"more than the 100,000"):
        load_catalogue(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_in_a_folder_does_not_keep_the_reader_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "toy.yaml")
    with pytest.raises(DiptychError, match=r"toy\.yaml: cannot be read"):
        load_catalogue(tmp_path)


def test_addresses_that_only_look_like_a_mirror_are_taken(record: dict[str, Any]) -> None:
    for url in ("https://huggingface.co/datasets/a/papers", "https://a.org/hf-mirror.com", "https://a.org/"):
        record["release"] = {"seen": True, "url": url}
        assert parse_entry(json.dumps(record)).release.url == url
