"""The verb `encoder`: a folder that says what it learned from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diptych.cli import main
from diptych.evaluation import encoder_training as room
from diptych.evaluation.extractors import load_extractor
from diptych.evaluation.networks.encoder import EncoderConfig

from .test_bad_evaluation import put


def test_an_encoder_learns_from_the_training_part_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    body_recipe = room.encoder_recipe("chest")
    small = EncoderConfig(size=(32, 32), widths=(16,))
    monkeypatch.setattr(room, "encoder_recipe", lambda body: (small, body_recipe[1]))
    put(tmp_path / "mine", range(60), split="train")
    lines = (tmp_path / "mine/metadata.jsonl").read_text().splitlines()
    moved = [line.replace('"train"', '"val"') for line in lines[:6]]
    (tmp_path / "mine/metadata.jsonl").write_text("\n".join([*moved, *lines[6:]]) + "\n")
    out = tmp_path / "own"
    assert main(["encoder", "--cohort", str(tmp_path / "mine"), "--steps", "2", "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["card.md", "config.json", "weights.safetensors"]
    about = json.loads((out / "config.json").read_text())["about"]
    assert about["images"] + about["held"] == len(about["seen"]) == 54
    assert (about["body"], about["cohort"], about["steps"]) == ("chest", "mine", 2)
    assert "other images known again after a change" in capsys.readouterr().out
    assert load_extractor(out, kind="own").card.features == 16


def test_an_interrupted_training_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "train_encoder", stopped)
    put(tmp_path / "mine", range(60), split="train")
    assert main(["encoder", "--cohort", str(tmp_path / "mine"), "--out", str(tmp_path / "own")]) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
