"""Tables: columns become fields, names become numbers, bad rows are all named."""

from __future__ import annotations

import pytest

from diptych.base.errors import DiptychError
from diptych.records import Finding
from diptych.sources import Table

COLUMNS = (
    "findings=labels",
    "subject=patient",
    "split=fold",
    "view=view",
    "sex=sex",
    "age=years",
    "hospital=site",
)


def rows(make) -> list[dict[str, object]]:
    cases = [
        ("a.png", "m.png", "pneumonia|effusion right", "Doe, Jane", "train", "pa", "f", "34", "Ulm"),
        ("b.png", "", "normal", "Roe", "val", "AP Supine", "male", "", ""),
        ("c.png", "", "", "Doe, Jane", "train", "", "", "7", ""),
    ]
    for seed, case in enumerate(cases):
        make.image(f"files/{case[0]}", make.grey(seed))
    make.image("files/m.png", make.lungs())
    names = ("image", "mask", "labels", "patient", "fold", "view", "sex", "years", "site")
    return [dict(zip(names, case, strict=True)) for case in cases]


def source(make, **options: object) -> Table:
    base = {"body": "chest", "table": make.root / "t.csv", "image": "image", "root": make.root / "files"}
    return Table(**(base | {"layer": ("lungs=mask",), "column": COLUMNS} | options))


def test_a_table(make) -> None:
    make.csv("t.csv", rows(make))
    cohort = make.cohort(source(make))
    first, second, third = cohort.records
    assert first.findings == (Finding("pneumonia"), Finding("effusion", "right"))
    assert first.groups == {"view": "PA", "sex": "F", "age": "34", "age_group": "adult", "hospital": "Ulm"}
    assert (first.subject, second.subject, third.subject) == ("s0001", "s0002", "s0001")
    assert [record.split for record in cohort.records] == ["train", "val", "train"]
    assert first.layers == ("lungs",) and second.layers == ()
    assert "pneumonia" in first.text and second.findings == () and second.text
    assert third.groups["findings"] == "unknown" and third.text == ""
    assert "Doe" not in (cohort.path / "metadata.jsonl").read_text()


def test_given_text_is_kept(make) -> None:
    table = [row | {"report": "Clear lungs."} for row in rows(make)]
    make.csv("t.csv", table)
    cohort = make.cohort(source(make, column=("text=report", "licence=site"), layer=()))
    assert {record.text for record in cohort.records} == {"Clear lungs."}
    assert cohort.records[0].licence == "Ulm"


def test_every_bad_row_is_named(make) -> None:
    table = rows(make)
    table[0] |= {"view": "oblique", "labels": "caries"}
    table[1] |= {"years": "old"}
    table[2] |= {"image": ""}
    make.csv("t.csv", table)
    with pytest.raises(DiptychError) as caught:
        make.cohort(source(make))
    assert [problem.where.removeprefix(f"{make.root}/") for problem in caught.value.problems] == [
        "t.csv row 2, field view",
        "t.csv row 3, field age",
        "t.csv row 4, field image",
    ]


def test_every_bad_file_is_named_with_its_row(make) -> None:
    table = rows(make)
    table[0] |= {"mask": "none.png"}
    table[1] |= {"image": "gone.png"}
    make.csv("t.csv", table)
    with pytest.raises(DiptychError) as caught:
        make.cohort(source(make))
    first, second = (str(problem) for problem in caught.value.problems)
    assert "t.csv row 2, " in first and "none.png: file is missing" in first
    assert "t.csv row 3, " in second and "gone.png: file is missing" in second


def test_missing_columns(make) -> None:
    make.csv("t.csv", rows(make))
    with pytest.raises(DiptychError, match="has no column 'nothing'; it has image, mask, labels"):
        make.cohort(source(make, column=("text=nothing",)))
