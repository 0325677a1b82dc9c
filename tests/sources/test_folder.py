"""Folders: pairing by name, codes, new ids, and every problem at once."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from diptych.base.errors import DiptychError
from diptych.records import FDI, Finding
from diptych.sources import Folder


def test_panoramics(make) -> None:
    exif = Image.Exif()
    exif[0x9286] = "Jane Doe"
    make.image("scans/doe_jane.jpg", make.grey(1), exif=exif)
    make.image("scans/roe_0000.png", make.grey(2))
    make.image("masks/doe_jane.png", make.teeth(*FDI))
    make.image("masks/roe_mask.png", make.teeth(*(set(FDI) - {18, 48})))
    source = Folder(body="panoramic", images=make.root / "scans", layer=(f"teeth={make.root}/masks",), val=0)
    cohort = make.cohort(source)
    first, second = cohort.records
    assert (first.id, second.id) == ("image-0001", "image-0002")
    assert first.findings == () and second.findings == (Finding("missing", "18"), Finding("missing", "48"))
    assert "18" in second.text or "third molar" in second.text or "wisdom" in second.text
    assert first.groups == {"findings": "unknown"} and cohort.splits == ("train",)
    everything = b"".join(path.read_bytes() for path in cohort.path.rglob("*.*"))
    assert b"Doe" not in everything and b"doe" not in everything


def test_lungs_are_told_apart(make) -> None:
    for number in range(10):
        make.image(f"images/p{number // 2}_{number}.png", make.grey(number))
        make.image(f"lungs/p{number // 2}_{number}.png", make.lungs())
    source = Folder(
        body="chest",
        images=make.root / "images",
        layer=(f"lungs={make.root}/lungs",),
        subject="^(p[0-9]+)_",
        val=0.2,
    )
    cohort = make.cohort(source)
    mask = cohort.load(0).masks["lungs"]
    assert (mask[4:20, 4:16] == 1).all() and (mask[4:20, 24:36] == 2).all()
    subjects = {record.subject for record in cohort.records}
    assert subjects == {f"s{number:04}" for number in range(1, 6)}
    assert [record.split for record in cohort.records].count("val") == 2
    assert len({(record.subject, record.split) for record in cohort.records}) == 5
    assert {record.text for record in cohort.records} == {""}


def test_remapped_codes_and_own_labels(make) -> None:
    make.image("images/a.png", make.grey())
    make.image("lungs/a.png", make.lungs(1))
    findings = np.zeros((24, 40), np.uint8)
    findings[0, :2] = 7, 40
    make.image("other/a.png", findings)
    source = Folder(
        body="chest",
        images=make.root / "images",
        layer=(f"lungs={make.root}/lungs", f"findings={make.root}/other"),
        remap=("lungs:1=both", "findings:7=2"),
        label=("findings:40=cavity",),
        val=0,
    )
    cohort = make.cohort(source)
    sample = cohort.load(0)
    assert set(np.unique(sample.masks["lungs"])) == {0, 1, 2}
    assert sample.masks["findings"][0, :2].tolist() == [2, 40]
    assert cohort.spaces["findings"].of(40).name == "cavity"
    assert cohort.spaces["findings"].of(2).snomed == "60046008"


def test_twelve_bits_fill_sixteen(make) -> None:
    deep = make.grey().astype(np.uint16) * 34
    make.image("images/a.png", deep)
    image = make.cohort(Folder(body="chest", images=make.root / "images", val=0)).load(0).image
    assert image.dtype == np.uint16
    np.testing.assert_allclose(image / 65535, deep / 4095, atol=1e-5)


def test_every_problem_at_once(make) -> None:
    for name in "abcd":
        make.image(f"images/{name}.png", make.grey())
    make.image("masks/a.png", make.teeth(18, 19))
    make.image("masks/b.png", np.zeros((5, 5), np.uint8))
    (make.root / "masks" / "c.png").write_bytes(b"no image")
    make.image("masks/d.png", make.teeth(11))
    (make.root / "images" / "d.png").write_bytes(b"")
    source = Folder(body="panoramic", images=make.root / "images", layer=(f"teeth={make.root}/masks",), val=0)
    with pytest.raises(DiptychError) as caught:
        make.cohort(source)
    found = [str(problem) for problem in caught.value.problems]
    assert len(found) == 4
    assert "masks/a.png, layer teeth: unknown value 19" in found[0]
    assert "masks/b.png, layer teeth: mask is uint8 5 x 5, its image 40 x 24" in found[1]
    assert "masks/c.png: cannot be read as an image" in found[2]
    assert "images/d.png: cannot be read as an image" in found[3]
    assert sorted(path.name for path in make.root.iterdir()) == ["images", "masks"]


def test_files_without_partner(make) -> None:
    make.image("images/a.png", make.grey())
    make.image("images/b.png", make.grey())
    make.image("masks/b.png", make.teeth(11))
    make.image("masks/c.png", make.teeth(11))
    layer = (f"teeth={make.root}/masks",)
    with pytest.raises(DiptychError, match=r"images/a.png: has no mask[\s\S]*masks/c.png: has no image"):
        make.cohort(Folder(body="panoramic", images=make.root / "images", layer=layer))
    (make.root / "masks" / "c.png").unlink()
    cohort = make.cohort(
        Folder(body="panoramic", images=make.root / "images", layer=layer, partial=True, val=0)
    )
    assert [record.layers for record in cohort.records] == [(), ("teeth",)]
    assert cohort.records[0].text == ""


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"layer": ("lungs=x",)}, "--layer lungs: is no layer of the panoramic"),
        ({"layer": ("teeth",)}, "--layer teeth: is not NAME=VALUE"),
        ({"layer": ("teeth=nowhere",)}, "nowhere: is not a folder"),
        ({"remap": ("teeth:1",)}, "--remap teeth:1: is not LAYER:VALUE="),
        ({"remap": ("teeth:1=300",)}, "'300' is no code"),
        ({"label": ("teeth:99=fang",)}, "layer teeth: takes no labels of its own"),
        ({"val": 1.5}, "--val: 1.5 is no share"),
        ({"subject": "(["}, "--subject: is no regular expression"),
        ({"subject": "^(z)"}, "--subject: finds no subject in 'a'"),
        ({"name": "../x"}, "--name: '../x' cannot begin an id"),
    ],
)
def test_bad_options(make, options: dict[str, object], words: str) -> None:
    make.image("images/a.png", make.grey())
    with pytest.raises(DiptychError, match=words):
        make.cohort(Folder(body="panoramic", images=make.root / "images", **options))
    assert not (make.root / "out").exists()


def test_burned_in_text_is_warned_of(make) -> None:
    from PIL import ImageDraw, ImageFont

    image = Image.fromarray(np.full((300, 300), 20, np.uint8))
    ImageDraw.Draw(image).text((12, 8), "DOE JOHN", fill=255, font=ImageFont.load_default(16))
    make.image("images/a.png", np.asarray(image))
    make.cohort(Folder(body="chest", images=make.root / "images", val=0))
    assert make.warnings == [
        "1 image(s) may have text burned in (image-0001); look at them before you share anything"
    ]
