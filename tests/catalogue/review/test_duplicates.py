"""Near-duplicates: planted ones are found, what merely looks alike is not taken for one."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from diptych.catalogue.review import Citation, find_duplicates
from diptych.catalogue.review.names import same_person, shared_authors
from diptych.catalogue.review.pairs import judge
from diptych.catalogue.review.titles import compare, take_apart
from diptych.catalogue.review.transliteration import latin
from diptych.catalogue.review.venues import same_venue

MADE = Citation(
    title="Latent diffusion for synthetic chest radiographs: a study of privacy",
    authors=("Müller, Jörg", "Иванов, Юрий", "Wang, Xiaoyu"),
    year=2023,
    venue="Medical Image Analysis",
    doi="10.1016/j.media.2023.1",
)


def like(**changes: object) -> Citation:
    return Citation(**(vars(MADE) | {"doi": ""} | changes))  # type: ignore[arg-type]


def verdict(**changes: object) -> str:
    found = judge(MADE, like(**changes))
    return found.verdict if found else ""


@pytest.fixture(scope="module")
def planted(root: Path) -> ModuleType:
    """The benchmark, whose generator makes the sets; its seeds from 2000 on were never looked at."""
    spec = importlib.util.spec_from_file_location("deduplication", root / "benchmarks" / "deduplication.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["deduplication"] = module
    spec.loader.exec_module(module)
    return module


def test_planted_duplicates_are_found_and_no_others(planted: ModuleType) -> None:
    """The bar: of 40 near-duplicates in 200 records, 95 % are found, and less than 2 % are false."""
    scores = [planted.score(planted.Planted(seed)) for seed in range(2000, 2008)]
    missed, wrong = (sum(len(getattr(s, name)) for s in scores) for name in ("missed", "wrong"))
    assert 1 - missed / (40 * len(scores)) >= 0.95
    assert wrong / sum(s.removed for s in scores) < 0.02
    assert all(len(s.missed) <= 4 for s in scores)


def test_the_planted_sets_are_what_they_say(planted: ModuleType) -> None:
    made = planted.Planted(2000)
    assert len(made.citations) == 200 and len({place for _, place, _ in made.truth}) == 40
    assert {kind for *_, kind in made.truth} == {"typos", "preprint", "transliterated"}
    exact = [(i, j) for i, j, _ in made.truth if made.citations[i] == made.citations[j]]
    assert not exact, "a copy to the letter is no near-duplicate"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Latent difusion for synthetic chest radiographs - a study of pirvacy"},
        {"title": "LATENT DIFFUSION FOR SYNTHETIC CHEST RADIO-GRAPHS: A STUDY OF PRIVACY."},
        {"title": "<b>Latent diffusion</b> for synthetic chest radiographs: a study of privacy"},
        {"title": "Latent diffusion for synthetic chest radiographs"},
        {"authors": ("Mueller J", "Ivanov Yu", "Xiaoyu Wang")},
        {"authors": ("Muller, J.", "et al.")},
        {"venue": "Med Image Anal", "year": 2024},
        {"venue": "arXiv", "year": 2021, "doi": "10.48550/arxiv.2101.00001", "arxiv": "2101.00001"},
        {"title": "Latent diffusion for chest radiographs", "doi": MADE.doi, "year": 2019},
    ],
)  # fmt: skip
def test_the_same_paper(changes: dict[str, object]) -> None:
    assert verdict(**changes) == "duplicate"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": f"{MADE.title}, part II"},
        {"title": f"Correction to: {MADE.title}"},
        {"title": MADE.title.replace("Latent", "3D latent")},
        {"authors": ("Rossi, Giulia", "Silva, João"), "year": 2019, "venue": "European Radiology"},
        {"title": "GANs for synthetic retinal photographs: a survey"},
    ],
)
def test_another_paper(changes: dict[str, object]) -> None:
    assert verdict(**changes) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Latent diffusion for synthetic chest radiographs: a study of utility"},
        {"title": "Latent diffusion for synthetic breast radiographs: a study of privacy"},
        {"year": 2020},
        {"venue": "European Radiology", "doi": "10.1007/s00330-1"},
        {"doi": MADE.doi, "title": "Something else entirely", "authors": MADE.authors},
    ],
)
def test_a_person_must_decide(changes: dict[str, object]) -> None:
    assert verdict(**changes) == "look"


def test_part_one_is_not_part_two_even_through_a_third() -> None:
    one, two = (like(title=f"{MADE.title}: Part {n}") for n in ("I", "II"))
    assert find_duplicates([one, two, like()]).groups == ()


def test_the_journal_version_is_kept_and_the_reason_told() -> None:
    preprint = like(venue="arXiv", doi="10.48550/arxiv.2301.00001", arxiv="2301.00001")
    found = find_duplicates([preprint, MADE, like(abstract="x" * 300)])
    assert found.groups == ((1, 2, 0),)
    assert "same title, 100% of the authors, preprint" in found.reason(0)
    assert find_duplicates([preprint, MADE], lambda place: (place,)).groups == ((0, 1),)


def test_a_title_without_its_subtitle_must_be_that_of_one_paper() -> None:
    siblings = [
        like(title=f"Latent diffusion for synthetic radiographs: {x}") for x in ("of teeth", "of lungs")
    ]
    short = like(title="Latent diffusion for synthetic radiographs", venue="arXiv", arxiv="2301.00001")
    found = find_duplicates([*siblings, short])
    assert found.groups == () and len(found.doubtful) >= 1
    assert find_duplicates([siblings[0], short]).groups == ((0, 1),)


def test_no_record_and_empty_records() -> None:
    assert find_duplicates([]).groups == ()
    assert (
        find_duplicates([Citation(doi="10.1000/1"), Citation(doi="10.1000/2"), Citation(title="x")]).groups
        == ()
    )


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Müller, Jörg", "Mueller J"), ("Müller, Jörg", "Muller, J."), ("Иванов, Юрий", "Ivanov, Iurii"),
        ("Щербаков, А.", "Shcherbakov A"), ("Чайковский, Пётр", "Tchaikovsky P"), ("Šimić, Ana", "Simic A"),
        ("Żółkowski, Ł.", "Zolkowski L"), ("Zhang, Wei", "Wei Zhang"), ("Παπαδόπουλος, Ν.", "Papadopoulos N"),
        ("García Márquez, José", "Garcia-Marquez J"), ("Øster, B.", "Oester B"), ("Nguyễn, Thị", "Nguyen T"),
    ],
)  # fmt: skip
def test_spellings_of_one_name(one: str, two: str) -> None:
    assert same_person(one, two) and same_person(two, one)


@pytest.mark.parametrize(
    ("one", "two"), [("Wang, X.", "Zhang, X."), ("Smith J", "Schulz K"), ("Li, A", "Lu, A")]
)
def test_other_names(one: str, two: str) -> None:
    assert not same_person(one, two)


def test_shares_of_authors() -> None:
    assert shared_authors((), ("A, B",)) is None
    assert shared_authors(("Rossi, G.",), ("Silva, J.", "Rossi, G.")) == 0.0
    assert shared_authors(("Rossi, G.", "Silva, J."), ("Rossi, G.", "Okafor, C.", "Silva, J.")) == 1.0


@pytest.mark.parametrize(
    ("one", "two", "slips"),
    [
        ("U-Net for images", "UNet for images", 0),
        ("tumour segmentation", "tumor segmentation", 0),
        ("β-amyloid plaques in PET", "beta-amyloid plaques in PET", 0),
        ("Синтез изображений мозга", "Sintez izobrazhenii mozga", 0),
        ("brain image synthesis", "brian image syntesis", 2),
    ],
)
def test_titles_that_are_one(one: str, two: str, slips: int) -> None:
    found = compare(take_apart(one), take_apart(two))
    assert (found.same, found.slips) == (True, slips)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("synthesis of CT images", "synthesis of MR images"),
        ("synthesis of T1 images", "synthesis of T2 images"),
        ("intrasubject registration", "intersubject registration"),
        ("typical pneumonia patterns", "atypical pneumonia patterns"),
        ("detection of PET lesions", "detection of OCT lesions"),
        ("hypotension in synthetic cohorts", "hypertension in synthetic cohorts"),
        ("synthetic MRI of the brain", "synthetic fMRI of the brain"),
        ("images by a GAN", "images by a WGAN"),
        ("afferent pupillary defects", "efferent pupillary defects"),
    ],
)
def test_titles_that_differ_by_a_word(one: str, two: str) -> None:
    assert not compare(take_apart(one), take_apart(two)).same


def test_venues() -> None:
    assert same_venue("Journal of Clinical Investigation", "J Clin Invest") is True
    assert same_venue("IEEE Transactions on Medical Imaging", "IEEE TMI") is True
    assert same_venue("Diabetes", "Diabetologia") is False
    assert same_venue("MICCAI 2022", "Lecture Notes in Computer Science") is None
    assert same_venue("", "Nature") is None


def test_letters() -> None:
    assert latin("Пётр Ł. Øster, α-Synuclein, Ünal") == "petr l. oster, alpha-synuclein, unal"
