"""Bad input of `evaluate`, `encoder` and `readers`: one clear line each, and nothing half-written."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from diptych.base.errors import DiptychError
from diptych.cli import main
from diptych.downstream.fit import FitConfig
from diptych.evaluation import evaluate as room
from diptych.evaluation.encoder_training import fit_encoder
from diptych.evaluation.extractors import features_of
from diptych.evaluation.extractors.own import save_encoder
from diptych.evaluation.networks.encoder import EncoderConfig
from diptych.metrics.kid import kid
from diptych.records.cohort import Cohort
from diptych.records.sample import Record, Sample
from diptych.records.writing import CohortWriter

from .conftest import Complain

SIZE = (64, 64)
PLAN = """
name = "quick"
summary = "two measures, to try things out"
[size]
panoramic = [64, 128]
chest = [64, 64]
[[measures]]
name = "kid"
extractors = ["radiomics-v1"]
primary = true
[[measures]]
name = "vendi-ratio"
extractors = ["radiomics-v1"]
"""


def blob(seed: int) -> np.ndarray:
    smooth = gaussian_filter(np.random.default_rng(seed).normal(size=SIZE), 3)
    return np.clip(128 + 45 * smooth / smooth.std(), 0, 255).astype(np.uint8)


def put(
    folder: Path, seeds: Sequence[int], *, named: str = "patient", split: str = "val", deep: bool = False
) -> Path:
    """A cohort of clouds that pass for images of patients, whose numbers are the seeds."""
    with CohortWriter(folder, body="chest") as writer:
        for seed in seeds:
            record = Record(id=f"i{seed}", body="chest", subject=f"{named} {seed}", split=split)
            image = blob(seed).astype(np.uint16) * 257 if deep else blob(seed)
            writer.add(Sample(record=record, image=image, masks={}))
    return folder


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cohorts `real` (val), `train` and `pairs`, a protocol, and an encoder of `train`."""
    root = tmp_path_factory.mktemp("desk")
    put(root / "real", range(100, 116))
    train = put(root / "train", range(200, 216), split="train")
    put(root / "pairs", range(300, 312), split="train")
    (root / "plan.toml").write_text(PLAN)
    images = np.stack([sample.image for sample in Cohort.open(train)])
    config = EncoderConfig(size=SIZE, widths=(16,))
    encoder, _ = fit_encoder(images[:8], images[8:], config, FitConfig(steps=2, batch=8, check_every=2))
    save_encoder(encoder, root / "own")
    return root


@pytest.fixture
def ask(desk: Path, tmp_path: Path, complain: Complain, monkeypatch: pytest.MonkeyPatch) -> Complain:
    """`diptych evaluate` of copies of these cohorts in the folder where one stands."""
    shutil.copytree(desk, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("DIPTYCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(room, "draw_many", lambda *_: list(Cohort.open("real")))
    return lambda *more: complain("evaluate", "--protocol", "plan.toml", *more)


GIVEN = ("--real", "real", "--synthetic", "pairs")


def evaluated(*more: str) -> list[dict[str, object]]:
    assert main(["evaluate", "--protocol", "plan.toml", *more, "--out", "out"]) == 0
    rows: list[dict[str, object]] = json.loads(Path("out/report.json").read_text())
    return rows


def test_one_image_is_too_few(ask: Complain) -> None:
    put(Path("one"), [1])
    (line,) = ask("--real", "real", "--synthetic", "one")
    assert line == "diptych: one, synthetic images: 1 samples are too few; give at least 10"


def test_another_body_region_is_named(ask: Complain) -> None:
    assert main(["phantom", "panoramic", "--count", "1", "--out", "jaw"]) == 0
    (line,) = ask("--real", "real", "--synthetic", "jaw")
    assert "jaw: synthetic shows panoramic, real shows chest" in line


@pytest.mark.parametrize("flag", ["--real", "--synthetic", "--train"])
def test_what_is_no_cohort_is_named(flag: str, ask: Complain) -> None:
    Path("holiday").mkdir()
    given = {"--real": "real", "--synthetic": "pairs"} | {flag: "holiday"}
    (line,) = ask(*(word for pair in given.items() for word in pair))
    assert "holiday: is not a cohort folder; " in line and "diptych import" in line


def test_floating_point_pixels_are_named(ask: Complain) -> None:
    (file, *_) = sorted(Path("pairs/images").iterdir())
    Image.fromarray(np.full(SIZE, np.nan, np.float32)).save(file, "TIFF")
    (line,) = ask(*GIVEN)
    assert file.name in line and "floating-point" in line


def test_a_used_out_is_refused_before_any_work(
    ask: Complain, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "compare", lambda *_: pytest.fail("measured for nothing"))
    Path("out").mkdir()
    Path("out/mine.txt").write_text("kept")
    assert main(["evaluate", "--protocol", "plan.toml", *GIVEN, "--out", "out"]) == 2
    assert "out: exists and is not empty" in capsys.readouterr().err
    assert [path.name for path in Path("out").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("sha256", "words"),
    [("", "without a pinned SHA-256"), ("0" * 64, "not the pinned"), ("own", "no safetensors file")],
    ids=["none", "wrong", "unreadable"],
)
def test_foreign_weights_are_refused(sha256: str, words: str, ask: Complain) -> None:
    Path("net.safetensors").write_bytes(b"half a file")
    pinned = hashlib.sha256(b"half a file").hexdigest() if sha256 == "own" else sha256
    flags = ("--extractor", "rad-dino=net.safetensors", *(("--sha256", pinned) if pinned else ()))
    (line,) = ask(*GIVEN, *flags)
    assert "net.safetensors: " in line and words in line


@pytest.mark.parametrize("spec", ["rad-dino", "dragon=net.safetensors", "=x"])
def test_an_extractor_must_be_kind_and_file(spec: str, ask: Complain) -> None:
    (line,) = ask(*GIVEN, "--extractor", spec)
    assert line.startswith("diptych: --extractor: ") and "rad-dino" in line


@pytest.mark.parametrize("flag", ["--judge", "--classifier", "--encoder"])
def test_damaged_weights_are_named(flag: str, desk: Path, ask: Complain) -> None:
    judge = Path(room.__file__).parents[1] / "weights" / "judges" / "lungs"
    shutil.copytree(desk / "own" if flag == "--encoder" else judge, "torn")
    weights = Path("torn/weights.safetensors")
    weights.write_bytes(weights.read_bytes()[:99])
    (line,) = ask(*GIVEN, flag, "torn")
    assert "torn/weights.safetensors: " in line


def test_a_finding_that_no_image_has_gives_no_number(ask: Complain) -> None:
    """The packaged classifier is asked when none is given."""
    put(Path("many"), range(500, 524))
    Path("plan.toml").write_text(PLAN + '[[measures]]\nname = "label-agreement"\n')
    rows = evaluated("--real", "many", "--synthetic", "many", "--train", "many")
    (row,) = (row for row in rows if row["metric"] == "label-agreement" and row["group"] == "all")
    assert row["value"] is None and "0 subjects with the finding" in str(row["note"])
    assert "the classifier's pneumonia" in str(row["note"])


@pytest.mark.parametrize(("flag", "side"), [("--real", "real"), ("--synthetic", "synthetic")])
def test_an_encoder_judges_nothing_that_it_learned_from(flag: str, side: str, ask: Complain) -> None:
    put(Path("mixed"), [*range(400, 412), 203, 209])
    given = {"--real": "real", "--synthetic": "pairs"} | {flag: "mixed"}
    (line,) = ask(*(word for pair in given.items() for word in pair), "--encoder", "own")
    assert f"own: 2 of its training images are among the {side} images" in line


def test_an_encoder_of_another_body_region_is_refused(ask: Complain) -> None:
    told = json.loads(Path("own/config.json").read_text())
    told["about"]["body"] = "panoramic"
    Path("own/config.json").write_text(json.dumps(told))
    (line,) = ask(*GIVEN, "--encoder", "own")
    assert "own: was trained on panoramic images" in line


def test_an_encoder_stands_beside_the_protocol(ask: Complain) -> None:
    plain = evaluated(*GIVEN, "--train", "train")
    shutil.rmtree("out")
    more = evaluated(*GIVEN, "--train", "train", "--encoder", "own")
    added = [row for row in more if row not in plain]
    assert [row for row in more if row in plain] == plain
    assert added and all(str(row["extractor"]).startswith("own:") for row in added)
    assert all("beside the protocol" in str(row["note"]) and not row["primary"] for row in added)
    assert all("images of the floor" in str(row["note"]) for row in added)
    assert "own, 8 images, 2 steps" in Path("out/report.html").read_text("utf-8")


def test_a_leak_is_loud(ask: Complain, capsys: pytest.CaptureFixture[str]) -> None:
    put(Path("mixed"), range(400, 414), split="train")
    lines = Path("mixed/metadata.jsonl").read_text().replace('"patient 400"', '"patient 103"')
    Path("mixed/metadata.jsonl").write_text(lines)
    evaluated(*GIVEN, "--train", "mixed")
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("diptych: LEAK: ")]
    assert len(said) == 1 and "1 subjects, such as 'patient 103'" in said[0]
    page = Path("out/report.html").read_text("utf-8")
    assert 0 < page.index("LEAK: 1 subjects") < page.index('<section id="verdicts"')


def test_a_leak_under_another_name_is_found(ask: Complain, capsys: pytest.CaptureFixture[str]) -> None:
    put(Path("mixed"), range(105, 119), split="train", named="p")
    evaluated(*GIVEN, "--train", "mixed")
    assert "diptych: LEAK: 11 training images are held-out images too" in capsys.readouterr().err


def test_bit_depths_and_numbers_may_differ(ask: Complain, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree("pairs")
    put(Path("pairs"), range(300, 311), split="train", deep=True)
    rows = evaluated(*GIVEN, "--train", "train")
    assert "Bit depths differ (synthetic 16 bit, real 8 bit, train 8 bit)" in capsys.readouterr().err
    assert {row["n"] for row in rows if row["metric"] in ("kid", "vendi-ratio")} == {11}


def test_an_encoder_needs_images_and_a_free_folder(complain: Complain, tmp_path: Path) -> None:
    put(tmp_path / "few", [1, 2, 3])
    (line,) = complain("encoder", "--cohort", "few")
    assert line == "diptych: few: 3 samples are too few; give at least 50"
    (line,) = complain("encoder", "--cohort", "nowhere")
    assert "nowhere: is not a cohort folder" in line
    assert "--steps: 0" in complain("encoder", "--cohort", "few", "--steps", "0")[0]


def test_not_a_number_is_refused_in_python_too() -> None:
    broken = np.full((12, 32, 32), np.nan, np.float32)
    with pytest.raises(DiptychError, match="no numbers"):
        features_of(broken, "radiomics-v1")
    features = np.random.default_rng(0).normal(size=(12, 4))
    with pytest.raises(DiptychError, match="not all finite"):
        kid(np.where(features > 1, np.nan, features), features)
