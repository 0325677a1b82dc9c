"""The five public cohorts: what their tables and masks say, on small copies and on the real files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.prompts.parser import parse
from diptych.records import FDI, LABELS, Finding
from diptych.sources import CovidCases, Hannover, Kermany, Nih600, Ufba425
from diptych.sources.ufba425 import of_category

BASE = {
    "mask": "",
    "mask_multi": "",
    "labels": "",
    "text": "",
    "text_kind": "",
    "view": "",
    "sex": "",
    "age": "",
}
BASE |= {"patient": "", "licence": "CC BY 4.0", "source": "somebody", "split": "train"}


def manifest(make, *rows: dict[str, object]) -> Path:
    for number, row in enumerate(rows):
        make.image(f"data/images/{number}.png", make.grey(number))
        row.setdefault("id", f"x{number}")
    table = [BASE | {"file": f"images/{number}.png"} | row for number, row in enumerate(rows)]
    make.csv("data/manifest.csv", table)
    return make.root / "data"


def test_ufba(make) -> None:
    make.image("data/masks/0.png", make.teeth(*(set(FDI) - {18, 28})))
    labels = "category 8|fewer than 32 teeth|restorations"
    folder = manifest(make, {"mask": "masks/0.png", "labels": labels, "split": "val", "view": "panoramic"})
    (record,) = make.cohort(Ufba425(folder=folder)).records
    wanted = {Finding("missing", "18"), Finding("missing", "28"), Finding("restoration")}
    assert set(record.findings) == wanted == parse(record.text).findings
    assert record.split == "val" and record.groups == {} and record.licence == "CC BY 4.0"


@pytest.mark.parametrize(
    ("labels", "findings", "unknown"),
    [
        ("category 1|32 teeth|restorations|dental appliance", {"restoration", "appliance"}, set()),
        ("category 4|32 teeth", set(), set()),
        ("category 5|implant", {"implant"}, {"restoration", "appliance"}),
        ("category 6|more than 32 teeth", {"supernumerary"}, {"restoration", "appliance", "implant"}),
        ("category 10|fewer than 32 teeth", set(), set()),
    ],
)
def test_ufba_categories(labels: str, findings: set[str], unknown: set[str]) -> None:
    found, groups = of_category(labels, "row")
    assert {finding.name for finding in found} == findings and {finding.site for finding in found} <= {""}
    assert groups == dict.fromkeys(unknown, "unknown")


def test_kermany(make) -> None:
    make.image("data/m.png", make.lungs())
    rows = [
        {"id": "kerm_train_NORMAL_1", "mask": "m.png", "labels": "normal", "patient": "p1"},
        {"id": "kerm_test_2", "mask": "m.png", "labels": "bacterial pneumonia", "patient": "p2"},
    ]
    first, second = make.cohort(Kermany(folder=manifest(make, *rows)))
    assert first.record.id == "kerm_tr_NORMAL_1" and first.record.subject == "p1"
    assert first.record.findings == () and second.record.findings == (Finding("pneumonia"),)
    assert first.record.groups == {"view": "AP", "age_group": "child"}
    assert second.record.groups["cause"] == "bacterial"
    assert parse(second.record.text).findings == {Finding("pneumonia")}
    assert (first.masks["lungs"][4:20, 4:16] == 1).all() and (first.masks["lungs"][4:20, 24:36] == 2).all()


def test_nih_and_hannover(make) -> None:
    row = {"labels": "Infiltration|Pleural_Thickening", "view": "PA", "sex": "M", "age": "52"}
    (record,) = make.cohort(Nih600(folder=manifest(make, row))).records
    assert record.findings == (Finding("infiltration"), Finding("pleural thickening"))
    assert record.groups == {"view": "PA", "sex": "M", "age": "52", "age_group": "adult"}


def test_hannover(make) -> None:
    row = {"labels": "COVID-19|ICU", "view": "AP", "sex": "f", "patient": "h1"}
    (record,) = make.cohort(Hannover(folder=manifest(make, row))).records
    assert record.findings == (Finding("covid-19"),)
    assert record.groups == {"view": "AP", "sex": "F", "pneumonia": "unknown", "icu": "yes"}


def covid(make) -> Path:
    make.image("data/v7.png", make.lungs())
    multi = np.zeros((24, 40), np.uint8)
    multi[4:20, 4:14], multi[4:20, 26:36], multi[4:20, 16:24], multi[8:12, 6:10] = 2, 1, 3, 5
    make.image("data/gb.png", multi)
    notes = {"text": "Seen in Ulm.", "text_kind": "clinical notes (as published with the case)"}
    return manifest(
        make,
        {
            "mask": "v7.png",
            "mask_multi": "gb.png",
            "labels": "COVID-19",
            "patient": "b|a",
            "view": "AP Supine",
        }
        | notes,
        {"mask": "v7.png", "labels": "", "licence": "CC BY-NC-SA", "patient": "a", "view": "nan", "sex": "F"},
        {
            "mask_multi": "gb.png",
            "labels": "Klebsiella|ARDS",
            "licence": "CC BY-SA",
            "patient": "c",
            "age": "50.0",
        },
        {"labels": "No Finding", "licence": "CC BY 3.0", "patient": "c"},
    )


def test_covid_conventions_are_kept_apart(make) -> None:
    folder = covid(make)
    v7 = [job() for job in CovidCases(folder=folder, lungs="v7").build().jobs]
    gb = [job() for job in CovidCases(folder=folder, lungs="gb").build().jobs]
    assert ["lungs" in sample.masks for sample in v7] == [True, True, False, False]
    assert ["lungs" in sample.masks for sample in gb] == [True, False, True, False]
    assert set(np.unique(v7[0].masks["lungs"])) == {0, 1, 2} == set(np.unique(gb[0].masks["lungs"]))
    assert gb[0].masks["lungs"][9, 7] == 1 and gb[0].masks["findings"][9, 7] == 4
    anatomy, findings = LABELS["chest", "anatomy"], LABELS["chest", "findings"]
    assert anatomy.of(int(v7[0].masks["anatomy"][9, 20])).name == "mediastinum"
    assert findings.of(int(v7[0].masks["findings"][9, 7])).name == "ground glass"


def test_covid_rows(make) -> None:
    cohort = make.cohort(CovidCases(folder=covid(make), lungs="v7"))
    first, second, third, fourth = cohort.records
    assert first.findings == (Finding("pneumonia"), Finding("covid-19"))
    assert first.groups == {"view": "AP", "position": "supine"} and first.text != "Seen in Ulm."
    assert second.groups == {"sex": "F", "findings": "unknown"} and second.text == ""
    assert first.subject == second.subject != third.subject == fourth.subject
    assert third.findings == (Finding("pneumonia"), Finding("ards")) and third.groups["cause"] == "Klebsiella"
    assert fourth.findings == () and "findings" not in fourth.groups and fourth.text


def test_covid_licences(make) -> None:
    folder = covid(make)
    free = [job().record for job in CovidCases(folder=folder, lungs="v7", licences="cc-by").build().jobs]
    assert [record.licence for record in free] == ["CC BY 4.0", "CC BY 3.0"]
    noted = CovidCases(folder=folder, lungs="v7", text="notes").build().jobs[0]().record
    assert noted.text == "Seen in Ulm." and noted.licence == "CC BY 4.0; text CC BY-NC-SA"
    with pytest.raises(DiptychError, match="notes are CC BY-NC-SA"):
        CovidCases(folder=folder, lungs="v7", licences="cc-by", text="notes").build()


def test_bad_rows_are_all_named(make) -> None:
    make.image("data/odd.png", make.lungs(254))
    folder = manifest(
        make,
        {"mask": "odd.png", "labels": "normal"},
        {"mask": "../odd.png", "labels": "normal"},
        {"mask": "gone.png", "labels": "normal", "file": "/etc/passwd"},
    )
    with pytest.raises(DiptychError) as caught:
        make.cohort(Kermany(folder=folder))
    found = [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]
    assert found[0].startswith("odd.png, layer lungs: unknown value 254")
    assert found[1].startswith("manifest.csv row 3, field mask: '../odd.png' leaves the folder")
    assert found[2].startswith("manifest.csv row 4, field file: '/etc/passwd' leaves the folder")
    assert found[3].startswith("gone.png: file is missing")


REAL = [
    (Ufba425, "pr_ufba425", {}, 352),
    (Kermany, "cxr_kermany_lungs", {}, 849),
    (CovidCases, "cxr_covid_cases", {"lungs": "v7"}, 311),
    (CovidCases, "cxr_covid_cases", {"lungs": "gb", "licences": "cc-by"}, 101),
    (Hannover, "cxr_hannover", {}, 115),
    (Nih600, "cxr_nih600", {}, 518),
]


@pytest.mark.shared
@pytest.mark.parametrize(("source", "name", "options", "least"), REAL, ids=lambda value: str(value)[:20])
def test_real_files(shared: Path, source: type, name: str, options: dict[str, str], least: int) -> None:
    intake = source(folder=shared / name, **options).build()
    assert len(intake.jobs) >= least
    for job in intake.jobs[:: len(intake.jobs) // 8]:
        sample = job()
        said = parse(sample.record.text, intake.body) if sample.record.text else None
        if said:
            assert said.findings == set(sample.record.findings) and not said.unknown and not said.absent
        for mask in sample.masks.values():
            assert mask.shape == sample.image.shape
        if "lungs" in sample.masks:
            right, left = (np.nonzero(sample.masks["lungs"] == side)[1].mean() for side in (1, 2))
            assert right < left
        if "teeth" in sample.masks:
            columns = {code: np.nonzero(sample.masks["teeth"] == code)[1] for code in FDI}
            middles = {code: found.mean() for code, found in columns.items() if len(found)}
            right = [middle for code, middle in middles.items() if code // 10 in (1, 4)]
            left = [middle for code, middle in middles.items() if code // 10 in (2, 3)]
            assert np.mean(right) < np.mean(left)
