from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from diptych.base.cache import cache_folder
from diptych.base.errors import DiptychError
from diptych.evaluation.extractors import EXTRACTORS, ExtractorCard, features_of
from diptych.evaluation.extractors import cache as room


class Means:
    """Mean and deviation of each image; counts how many it was shown."""

    def __init__(self, **changes: object) -> None:
        fields = {
            "name": "means",
            "summary": "",
            "features": 2,
            "sha256": "",
            "preprocessing": "",
            "blind_to": "",
        }
        self.card = ExtractorCard(**{**fields, **changes})
        self.seen = 0

    def __call__(self, images: np.ndarray) -> np.ndarray:
        self.seen += len(images)
        return np.stack([images.mean((1, 2)), images.std((1, 2))], axis=1).astype(np.float32)


def pictures(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (n, 6, 8), dtype=np.uint8)


def test_features_are_extracted_once(tmp_path: Path) -> None:
    extract, images = Means(), pictures(5)
    first = features_of(images, extract, tmp_path)
    np.testing.assert_array_equal(features_of(images, extract, tmp_path), first)
    np.testing.assert_array_equal(first, Means()(images))
    assert extract.seen == 5


def test_whatever_matters_makes_another_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = pictures(5)
    extract = Means()
    features_of(images, extract, tmp_path)
    changed = images.copy()
    changed[2, 3, 4] ^= 1
    for other in (
        changed,
        images.reshape(5, 8, 6),
        images.astype(np.uint16),
        images[:4],
        images[::-1].copy(),
    ):
        before = extract.seen
        features_of(other, extract, tmp_path)
        assert extract.seen == before + len(other)
    for card in ({"sha256": "a" * 64}, {"preprocessing": "another"}, {"name": "another"}):
        other = Means(**card)
        features_of(images, other, tmp_path)
        assert other.seen == 5
    monkeypatch.setattr(room.diptych, "__version__", "another")
    before = extract.seen
    features_of(images, extract, tmp_path)
    assert extract.seen == before + 5


def test_long_cohorts_go_by_blocks(tmp_path: Path) -> None:
    images, extract = pictures(2 * room.BLOCK + 3), Means()
    whole = features_of(images, extract, tmp_path)
    np.testing.assert_array_equal(whole, Means()(images))
    assert len(list((tmp_path / "features").iterdir())) == 3
    features_of(np.concatenate([images[: 2 * room.BLOCK], pictures(1, 1)]), extract, tmp_path)
    assert extract.seen == len(images) + 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-40] + bytes([data[-40] ^ 1]) + data[-39:],
        lambda data: b"\x80\x04}" * 40,
    ],
)
def test_damaged_entries_are_made_again(tmp_path: Path, damage: object) -> None:
    extract, images = Means(), pictures(5)
    good = features_of(images, extract, tmp_path)
    (entry,) = (tmp_path / "features").iterdir()
    entry.write_bytes(damage(entry.read_bytes()))
    np.testing.assert_array_equal(features_of(images, extract, tmp_path), good)
    assert extract.seen == 10
    np.testing.assert_array_equal(np.load(entry, allow_pickle=False), good)


def test_a_forged_entry_of_another_shape_is_made_again(tmp_path: Path) -> None:
    extract, images = Means(), pictures(5)
    good = features_of(images, extract, tmp_path)
    (entry,) = (tmp_path / "features").iterdir()
    for forged in (np.zeros((5, 3), np.float32), np.zeros((5, 2), np.float64), np.array([None, {}])):
        buffer = room.io.BytesIO()
        np.save(buffer, forged, allow_pickle=True)
        data = buffer.getvalue()
        entry.write_bytes(data + room.hashlib.sha256(data).digest())
        np.testing.assert_array_equal(features_of(images, extract, tmp_path), good)
    assert extract.seen == 20


def test_many_at_once_agree(tmp_path: Path) -> None:
    images, found = pictures(40), []
    work = [
        threading.Thread(target=lambda: found.append(features_of(images, Means(), tmp_path)))
        for _ in range(8)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(found) == 8
    for rows in found:
        np.testing.assert_array_equal(rows, found[0])
    assert [p.suffix for p in (tmp_path / "features").iterdir()] == [".npy"]


def test_registered_names_load_nothing_when_all_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = pictures(2)
    features = features_of(images, "radiomics-v1", tmp_path)
    entry, card = EXTRACTORS._entries["radiomics-v1"]
    monkeypatch.setitem(EXTRACTORS._entries, "radiomics-v1", (lambda: pytest.fail("loaded"), card))
    assert entry is not None
    np.testing.assert_array_equal(features_of(images, "radiomics-v1", tmp_path), features)


def test_the_folder_is_said_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DIPTYCH_CACHE", str(tmp_path / "here"))
    features_of(pictures(2), Means())
    assert list((tmp_path / "here" / "features").glob("*.npy"))
    monkeypatch.delenv("DIPTYCH_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "diptych"


def test_bad_input_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DiptychError, match="no numbers"):
        features_of(np.full((2, 4, 4), np.nan), Means(), tmp_path)
    with pytest.raises(DiptychError, match="did you mean 'radiomics-v1'"):
        features_of(pictures(2), "radiomic-v1", tmp_path)
    with pytest.raises(DiptychError, match="has no card"):
        features_of(pictures(2), lambda images: images, tmp_path)
    with pytest.raises(DiptychError, match="its card promises 3 float32"):
        features_of(pictures(2), Means(features=3), tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(DiptychError, match="cannot be written"):
        features_of(pictures(2), Means(), tmp_path / "file")
