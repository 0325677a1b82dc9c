from __future__ import annotations

import base64
import csv
import hashlib
import html
import io
import json
import math
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diptych.base.errors import DiptychError
from diptych.evaluation.readers import Kit, analyse_kit, make_kit
from diptych.phantoms import draw_many
from diptych.records.cohort import Cohort
from diptych.records.sample import Provenance
from diptych.records.writing import CohortWriter

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
IMAGE = re.compile(r'src="data:image/png;base64,([^"]+)"')


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cohort, Cohort]:
    """A stand-in for real images, and one for synthetic ones: smaller, 8 bit, with a mark."""
    root = tmp_path_factory.mktemp("cohorts")
    found = []
    for name, seed, size in (("real", 0, (40, 48)), ("made", 100, (32, 32))):
        with CohortWriter(root / name, body="chest", name=name, note="") as writer:
            for sample in draw_many("chest", 8, seed, size):
                writer.add(sample, png_text={"XML:com.adobe.xmp": f"<x>{name}-mark</x>"})
        found.append(Cohort.open(root / name))
    return found[0], found[1]


@pytest.fixture(scope="module")
def kit(cohorts: tuple[Cohort, Cohort], tmp_path_factory: pytest.TempPathFactory) -> Kit:
    return make_kit(*cohorts, tmp_path_factory.mktemp("kits") / "kit", n=6, seed=1)


def truth(kit: Kit) -> list[bool]:
    return [row["synthetic"] for row in json.loads(kit.key.read_text())["items"]]


def answer(kit: Kit, path: Path, reader: str, right: list[bool], quality: str = "3") -> Path:
    """What the form saves when a reader is right about these items."""
    rows = [
        {
            "item": number,
            "answer": "synthetic" if made == hit else "real",
            "confidence": str(1 + number % 5),
            "quality": quality,
            "remark": "",
        }
        for number, (made, hit) in enumerate(zip(truth(kit), right, strict=True), start=1)
    ]
    path.write_text(json.dumps({"study": kit.commitment, "reader": reader, "years": "3", "answers": rows}))
    return path


def test_the_key_is_committed_to(kit: Kit) -> None:
    assert hashlib.sha256(kit.key.read_bytes()).hexdigest() == kit.commitment
    page = kit.form.read_text("utf-8")
    assert page.count(kit.commitment) == 2
    key = json.loads(kit.key.read_text())
    assert len(key["salt"]) == 64
    assert sum(truth(kit)) == 6
    shown = [base64.b64decode(data) for data in IMAGE.findall(page)]
    assert [hashlib.sha256(png).hexdigest() for png in shown] == [row["sha256"] for row in key["items"]]


def test_the_form_does_not_tell(kit: Kit, cohorts: tuple[Cohort, Cohort]) -> None:
    page = kit.form.read_text("utf-8")
    shown = [base64.b64decode(data) for data in IMAGE.findall(page)]
    for png in shown:
        image = Image.open(io.BytesIO(png))
        assert (image.size, image.mode, image.info) == ((32, 32), "L", {})
        assert re.findall(rb"IHDR|IDAT|IEND|tEXt|iTXt|zTXt|eXIf|tIME|pHYs|gAMA", png)[0] == b"IHDR"
        assert b"iTXt" not in png
    bare = IMAGE.sub("", page)
    key = json.loads(kit.key.read_text())
    secrets = [key["salt"], "-mark", "xmp", str(kit.form.parent), *(row["id"] for row in key["items"])]
    assert [word for word in secrets if word in bare] == []
    # Without its pixels and its number, every item is the same.
    items = re.findall(r'<li class="item".*?</li>', bare, re.DOTALL)
    assert len(items) == 12
    assert len({re.sub(r"\d+", "#", item.replace(' width="32" height="32"', "")) for item in items}) == 1
    assert {p.name for p in kit.form.parent.iterdir()} == {"form.html", "sealed"}


def test_the_order_is_mixed_and_the_seed_decides(cohorts: tuple[Cohort, Cohort], tmp_path: Path) -> None:
    kits = [make_kit(*cohorts, tmp_path / str(i), n=6, seed=seed) for i, seed in enumerate((1, 1, 2))]
    images = [IMAGE.findall(kit.form.read_text("utf-8")) for kit in kits]
    assert images[0] == images[1] != images[2]
    assert truth(kits[0]) == truth(kits[1])
    # The salt is new each time, so nobody who knows the cohorts can guess the key from its hash.
    assert kits[0].commitment != kits[1].commitment
    runs = sum(a != b for a, b in zip(truth(kits[0]), truth(kits[0])[1:], strict=False))
    assert runs > 2


def test_the_page_needs_nothing_else(kit: Kit) -> None:
    page = IMAGE.sub("", kit.form.read_text("utf-8"))
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href)="(?!data:|#)""", page)
    assert not re.search(r"https?://|@import|fetch\(|XMLHttpRequest|WebSocket", page)
    assert "How good" in page


def test_without_the_question_of_quality(cohorts: tuple[Cohort, Cohort], tmp_path: Path) -> None:
    kit = make_kit(*cohorts, tmp_path / "kit", n=3, quality=False)
    assert "How good" not in kit.form.read_text("utf-8")
    study = analyse_kit([answer(kit, tmp_path / "a.json", "a", [True] * 6, quality="")], kit.key)
    assert math.isnan(study.quality.value)
    assert study.accuracy.value == 1


def test_analysis(kit: Kit, tmp_path: Path) -> None:
    half = [number % 2 == 0 for number in range(12)]
    files = [
        answer(kit, tmp_path / "a.json", "anna", [True] * 12),
        answer(kit, tmp_path / "b.json", "bert", half),
    ]
    study = analyse_kit(files, kit.key)
    assert study.accuracy.value == 0.75
    assert study.accuracy.notes == ("12 images x 2 readers",)
    assert (study.readers["anna"].value, study.readers["bert"].value) == (1, 0.5)
    hits = np.array([[True] * 12, half]).T
    assert study.on_synthetic.value == pytest.approx(hits[truth(kit)].mean())
    assert study.on_real.value == pytest.approx(hits[~np.array(truth(kit))].mean())
    assert 0.5 < study.auc.value <= 1
    assert study.equivalence.value > 0.05
    assert study.quality.value == 0
    assert -1 <= study.kappa.value < 1
    assert len(study.lines()) == 9
    alone = analyse_kit(files[:1], kit.key)
    assert (alone.auc.value, math.isnan(alone.kappa.value)) == (1, True)


def test_a_table_says_the_same(kit: Kit, tmp_path: Path) -> None:
    saved = json.loads(answer(kit, tmp_path / "a.json", "anna", [True, False] * 6).read_text())
    with (tmp_path / "a.csv").open("w", newline="") as file:
        rows = [{"study": saved["study"], "reader": "anna", "years": "", **row} for row in saved["answers"]]
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    assert (
        analyse_kit([tmp_path / "a.csv"], kit.key).lines()
        == analyse_kit([tmp_path / "a.json"], kit.key).lines()
    )


def test_half_an_answer_is_none(kit: Kit, tmp_path: Path) -> None:
    path = answer(kit, tmp_path / "a.json", "anna", [True] * 12)
    saved = json.loads(path.read_text())
    saved["answers"][0]["confidence"] = saved["answers"][1]["answer"] = ""
    path.write_text(json.dumps(saved))
    assert analyse_kit([path], kit.key).accuracy.n == 10


def test_a_changed_key_is_noticed(kit: Kit, tmp_path: Path) -> None:
    path = answer(kit, tmp_path / "a.json", "anna", [True] * 12)
    key = json.loads(kit.key.read_text())
    key["items"][0]["synthetic"] = not key["items"][0]["synthetic"]
    (tmp_path / "key.json").write_text(json.dumps(key))
    with pytest.raises(DiptychError, match="another form, or the key was changed"):
        analyse_kit([path], tmp_path / "key.json")


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [("item", "13", "not in the form"), ("answer", "maybe", "maybe"), ("confidence", "6", "1 to 5")],
)
def test_impossible_answers_are_named(kit: Kit, tmp_path: Path, field: str, value: str, reason: str) -> None:
    path = answer(kit, tmp_path / "a.json", "anna", [True] * 12)
    saved = json.loads(path.read_text())
    saved["answers"][0][field] = value
    path.write_text(json.dumps(saved))
    with pytest.raises(DiptychError, match=reason):
        analyse_kit([path], kit.key)


def test_everything_that_is_wrong_is_said_at_once(kit: Kit, tmp_path: Path) -> None:
    good = answer(kit, tmp_path / "a.json", "anna", [True] * 12)
    twice = answer(kit, tmp_path / "b.json", "anna", [True] * 12)
    nameless = answer(kit, tmp_path / "c.json", "", [True] * 12)
    (tmp_path / "d.json").write_text("[1")
    (tmp_path / "e.csv").write_text("")
    with pytest.raises(DiptychError) as caught:
        analyse_kit(
            [good, twice, nameless, tmp_path / "d.json", tmp_path / "e.csv", tmp_path / "f.json"], kit.key
        )
    assert [problem.where.rsplit("/", 1)[-1][0] for problem in caught.value.problems] == list("bcdef")
    with pytest.raises(DiptychError, match="no file"):
        analyse_kit([], kit.key)
    with pytest.raises(DiptychError, match="not the key"):
        analyse_kit([good], good)


def test_kits_that_cannot_be_made(cohorts: tuple[Cohort, Cohort], tmp_path: Path) -> None:
    with pytest.raises(DiptychError, match="8 subjects, 9 are needed"):
        make_kit(*cohorts, tmp_path / "kit", n=9)
    with pytest.raises(DiptychError, match="too few"):
        make_kit(*cohorts, tmp_path / "kit", n=1)
    real, made = cohorts
    painted = Provenance(generator="painter")
    rows = tuple(replace(row, record=replace(row.record, provenance=painted)) for row in real.rows)
    with pytest.raises(DiptychError, match="semi-synthetic rows, which are not real ones"):
        make_kit(replace(real, rows=rows), made, tmp_path / "kit", n=2)
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "mine").write_text("")
    with pytest.raises(DiptychError, match="not empty"):
        make_kit(*cohorts, tmp_path / "kit", n=2)


ROBOT = """<script>(async () => {
  const saved = [], make = URL.createObjectURL;
  URL.createObjectURL = (blob) => { saved.push(blob); return make(blob); };
  HTMLAnchorElement.prototype.click = () => {};
  const press = (key, more) =>
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...more }));
  const said = [], progress = document.getElementById("progress");
  const reader = document.getElementById("reader");
  reader.value = "robot";
  for (let item = 0; item < 12; item++) {
    press("s");
    said.push(progress.textContent);
    press("4");
    press("%", { code: "Digit5", shiftKey: true });
    press(item % 2 ? "n" : "Enter");
  }
  said.push(progress.textContent);
  document.getElementById("json").click();
  document.getElementById("csv").click();
  const out = document.createElement("pre");
  out.id = "robot";
  out.textContent = JSON.stringify([await saved[0].text(), await saved[1].text(),
    said[0], said[12], progress.textContent]);
  document.body.append(out);
})();</script></body>"""


@pytest.mark.skipif(BROWSER is None, reason="no browser here")
def test_in_a_browser_by_keyboard(kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "form.html").write_text(kit.form.read_text("utf-8").replace("</body>", ROBOT), "utf-8")
    command = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    page = (tmp_path / "form.html").as_uri()
    done = subprocess.run(
        [*command, "--virtual-time-budget=20000", "--dump-dom", page],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    found = re.search(r'<pre id="robot">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found
    as_json, as_csv, half, whole, last = json.loads(html.unescape(found.group(1)))
    assert half == "How sure? Without it this image does not count"
    assert whole == "All answered: save them"
    assert last == "Saved as answers-robot.csv: send this file back"
    assert {row["quality"] for row in json.loads(as_json)["answers"]} == {"5"}
    (tmp_path / "a.json").write_text(as_json, "utf-8")
    (tmp_path / "a.csv").write_text(as_csv, "utf-8")
    for name in ("a.json", "a.csv"):
        study = analyse_kit([tmp_path / name], kit.key)
        assert (study.on_synthetic.value, study.on_real.value, study.auc.value) == (1, 0, 0.5)
