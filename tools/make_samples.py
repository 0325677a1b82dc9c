"""Make the packaged real images: a few rows of two public datasets, at the size of the small recipes.

    python tools/make_samples.py ../shared/data src/diptych/samples

Reads `pr_ufba425` and `cxr_kermany_lungs` below the first folder, split `train` only, and writes one cohort a
body region with an ATTRIBUTION.md. Run it again and the same bytes come out.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from diptych.prompts.grammar import render
from diptych.records.cohort import Cohort
from diptych.records.pixels import stretch, stretch_mask
from diptych.records.sample import Body, Sample
from diptych.records.writing import CohortWriter
from diptych.sources.importing import import_cohort
from diptych.sources.intake import Source
from diptych.sources.kermany import Kermany
from diptych.sources.ufba425 import Ufba425


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which rows of which dataset are packaged, and what must be said of them."""

    body: Body
    size: tuple[int, int]
    ids: tuple[str, ...]
    attribution: str


PANORAMIC = Choice(
    body="panoramic",
    size=(128, 256),
    # Chosen by eye for variety: complete, restored, braces, implants, few and many missing teeth.
    ids=(
        "ufba_cate4-00099",
        "ufba_cate2-00022",
        "ufba_cate8-00001",
        "ufba_cate10-00027",
        "ufba_cate7-00080",
        "ufba_cate5-00061",
    ),
    attribution="""# Attribution

Six panoramic radiographs with tooth masks from UFBA-425: Budagam et al. 2025, figshare,
doi 10.6084/m9.figshare.29827475, arXiv:2406.03747; a subset of the UFBA-UESC Dental Images (Silva, Oliveira,
Pithon 2018, "Automatic segmenting teeth in X-ray images: Trends, a novel data set, benchmarking and future
perspectives", Expert Systems with Applications 107).

Licence: Apache-2.0, the same text as this software's LICENSE.

Changed: stretched to 128 x 256 pixels; sentences rendered from masks and categories.
""",
)
CHEST = Choice(
    body="chest",
    size=(128, 128),
    ids=(
        "kerm_tr_NORMAL_IM-0235-0001",
        "kerm_tr_NORMAL_IM-0421-0001",
        "kerm_tr_NORMAL_NORMAL2-IM-1086-0001",
        "kerm_tr_PNEUMONIA_person1678_bacteria_4446",
        "kerm_tr_PNEUMONIA_person1816_bacteria_4674",
        "kerm_tr_PNEUMONIA_person489_bacteria_2066",
    ),
    attribution="""# Attribution

Six chest radiographs of children: Kermany, Zhang, Goldbaum 2018, "Labeled Optical Coherence Tomography (OCT)
and Chest X-Ray Images for Classification", Mendeley Data, doi 10.17632/rscbjbr9sj, licence CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/). Lung masks: V7 Labs, covid-19-xray-dataset, licence CC BY 4.0.

Changed: stretched to 128 x 128 pixels; masks parted into the right and the left lung; sentences rendered from
labels.
""",
)


def main(data: Path, out: Path) -> None:
    """Write both cohorts."""
    package(Ufba425(folder=data / "pr_ufba425"), PANORAMIC, out)
    package(Kermany(folder=data / "cxr_kermany_lungs"), CHEST, out)


def package(source: Source, choice: Choice, out: Path) -> None:
    """Import the whole dataset, keep the chosen rows, write them small."""
    with tempfile.TemporaryDirectory() as scratch:
        whole = import_cohort(source, Path(scratch) / "whole").select(split="train")
        _write(whole, choice, out / choice.body)
    (out / choice.body / "ATTRIBUTION.md").write_text(choice.attribution, encoding="utf-8")


def _write(whole: Cohort, choice: Choice, folder: Path) -> None:
    note = "a few real images for the demo; see ATTRIBUTION.md"
    with CohortWriter(folder, body=choice.body, name=f"{choice.body} samples", note=note) as writer:
        for name in choice.ids:
            writer.add(_small(whole.load(name), choice.size))


def _small(sample: Sample, size: tuple[int, int]) -> Sample:
    record = sample.record
    return Sample(
        record=replace(record, text=render(record.body, record.findings, record.groups)),
        image=stretch(sample.image, size),
        masks={layer: stretch_mask(mask, size) for layer, mask in sample.masks.items()},
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
