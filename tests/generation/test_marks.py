"""Marks survive the file, whatever the sentence holds."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from diptych.base.errors import DiptychError
from diptych.generation.marks import CHUNK, SYNTHETIC, Marks, png_text, read_marks

MARKS = Marks(checkpoint="chest-nano", checkpoint_hash="ab" * 32, request='A "<b>" & \n tooth 18.', seed=7)


def save(path: Path, text: dict[str, str]) -> Path:
    info = PngImagePlugin.PngInfo()
    for keyword, value in text.items():
        info.add_itxt(keyword, value)
    Image.new("L", (4, 4)).save(path, pnginfo=info)
    return path


def test_marks_come_back_from_the_file(tmp_path: Path) -> None:
    assert read_marks(save(tmp_path / "a.png", png_text(MARKS))) == MARKS


@given(request=st.text(max_size=60), seed=st.integers(min_value=0, max_value=2**63))
def test_any_sentence_gives_a_lawful_packet(
    tmp_path_factory: pytest.TempPathFactory, request: str, seed: int
) -> None:
    marks = Marks(checkpoint="c", checkpoint_hash="0", request=request, seed=seed)
    read = read_marks(save(tmp_path_factory.getbasetemp() / "any.png", png_text(marks)))
    assert read is not None
    assert read.seed == seed
    assert len(read.request) == len(request)
    assert all(got in (asked, "\ufffd") for got, asked in zip(read.request, request, strict=True))


def test_another_reader_finds_the_iptc_property(tmp_path: Path) -> None:
    """Read as XMP says it should be: by namespace, from an rdf:Description."""
    with Image.open(save(tmp_path / "a.png", png_text(MARKS))) as image:
        tree = ElementTree.fromstring(image.info[CHUNK].replace("\ufeff", "").encode())
    name = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    assert [node.get(name) for node in tree.iter() if node.get(name)] == [SYNTHETIC]
    assert SYNTHETIC.endswith("/trainedAlgorithmicMedia")


def test_equal_marks_are_equal_bytes(tmp_path: Path) -> None:
    one, two = (save(tmp_path / name, png_text(MARKS)).read_bytes() for name in ("a.png", "b.png"))
    assert one == two


def test_an_unmarked_image_has_none(tmp_path: Path) -> None:
    assert read_marks(save(tmp_path / "a.png", {})) is None
    foreign = '<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>'
    assert read_marks(save(tmp_path / "b.png", {CHUNK: foreign})) is None


@pytest.mark.parametrize(
    "packet",
    ["<x", "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "<a>" + "b" * 70_000 + "</a>"],
    ids=["cut off", "document type", "oversized"],
)
def test_a_bad_packet_is_refused(tmp_path: Path, packet: str) -> None:
    with pytest.raises(DiptychError, match="bad.png"):
        read_marks(save(tmp_path / "bad.png", {CHUNK: packet}))


def test_a_file_that_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.png").write_bytes(b"hello")
    with pytest.raises(DiptychError, match="not a readable image"):
        read_marks(tmp_path / "no.png")
