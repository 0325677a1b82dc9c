"""The mechanisms of the base: errors, registries, configs, atomic files, progress."""

from __future__ import annotations

import errno
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from diptych.base import progress
from diptych.base.atomic import new_folder, write_json
from diptych.base.config import decode, encode
from diptych.base.errors import DiptychError, Problems
from diptych.base.registry import Card, Registry


@dataclass(frozen=True, kw_only=True)
class Inner:
    width: int = 3
    shapes: tuple[tuple[int, int], ...] = ((1, 2),)


@dataclass(frozen=True, kw_only=True)
class Outer:
    name: str
    rate: float = 0.1
    kind: Literal["a", "b"] = "a"
    inner: Inner = field(default_factory=Inner)
    note: str | None = None
    place: Path = Path("x/y")


def test_config_round_trip_through_json() -> None:
    config = Outer(
        name="n", rate=2.0, inner=Inner(width=4, shapes=((3, 4), (5, 6))), note="z", place=Path("p")
    )
    assert decode(Outer, json.loads(json.dumps(encode(config)))) == config
    assert decode(Outer, {"name": "n", "rate": 1}) == Outer(name="n", rate=1.0)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({}, "config.name: missing"),
        ({"name": "n", "colour": 1}, "config.colour: unknown"),
        ({"name": 3}, "config.name: expected"),
        ({"name": "n", "kind": "c"}, "config.kind: expected"),
        ({"name": "n", "inner": {"width": True}}, "config.inner.width: expected"),
        ({"name": "n", "inner": {"shapes": [[1]]}}, r"config.inner.shapes\[0\]: expected"),
        ([], "config: expected an object"),
    ],
)
def test_config_names_the_bad_field(data: object, where: str) -> None:
    with pytest.raises(DiptychError, match=where):
        decode(Outer, data)


def test_problems_are_collected() -> None:
    problems = Problems()
    problems.add("a.csv row 1", "is bad", "mend it")
    with problems.collect():
        raise DiptychError.of("a.csv row 2", "is bad", "mend it")
    with pytest.raises(DiptychError) as caught:
        problems.raise_any()
    assert str(caught.value) == "a.csv row 1: is bad; mend it\na.csv row 2: is bad; mend it"
    Problems().raise_any()


def test_registry() -> None:
    things: Registry[int, Card] = Registry("test-things")
    things.register(Card(name="one", summary="the first"))(1)
    assert things["one"] == 1 and list(things) == ["one"] and things.card("one").summary == "the first"
    with pytest.raises(DiptychError, match="did you mean 'one'"):
        things["onne"]
    with pytest.raises(ValueError, match="twice"):
        things.register(Card(name="one", summary="again"))(2)


def test_new_folder_is_whole_or_not_there(tmp_path: Path) -> None:
    with new_folder(tmp_path / "deep" / "out") as part:
        (part / "a.txt").write_text("a")
        assert not (tmp_path / "deep" / "out").exists()
    assert (tmp_path / "deep" / "out" / "a.txt").read_text() == "a"
    with pytest.raises(KeyError), new_folder(tmp_path / "bad") as part:
        (part / "a.txt").write_text("a")
        raise KeyError
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]
    with pytest.raises(DiptychError, match="not empty"), new_folder(tmp_path / "deep"):
        pass


def test_full_disk_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DiptychError, match="no space left on device"), new_folder(tmp_path / "out"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(DiptychError, match="choose a place"):
        write_json(tmp_path / "file" / "x.json", write_json(tmp_path / "file", {}))


def test_plain_progress_is_rare(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    with progress.bar("Drawing", 100, done=20) as running:
        for _ in range(80):
            now[0] += 1.0
            running.say("loss 1.0")
            running.advance()
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "Drawing: 50/100 1.0/s 0:00:50 left loss 1.0",
        "Drawing: 80/100 1.0/s 0:00:20 left loss 1.0",
        "Drawing: 100/100 1.0/s in 0:01:20 loss 1.0",
    ]


def test_track_yields_everything() -> None:
    assert list(progress.track(iter("abc"), "Reading", 3)) == ["a", "b", "c"]


def test_terminal_bar_shows_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(progress.sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "160")
    with progress.bar("Drawing", 4) as running:
        for _ in range(4):
            running.advance()
    assert "4/4" in screen.getvalue() and "/s" in screen.getvalue()


def test_nothing_is_made_inside_a_cohort(tmp_path: Path) -> None:
    (tmp_path / "mine" / "images").mkdir(parents=True)
    (tmp_path / "mine" / "cohort.json").write_text("{}")
    for inside in (tmp_path / "mine" / "out", tmp_path / "mine" / "images" / "out"):
        told = "lies inside the cohort .*mine; choose an --out outside"
        with pytest.raises(DiptychError, match=told), new_folder(inside):
            pass
    assert [path.name for path in sorted((tmp_path / "mine").rglob("*"))] == ["cohort.json", "images"]
