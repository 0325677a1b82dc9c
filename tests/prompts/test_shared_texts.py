"""Every text that lies beside the real images, and real reports, read as they are."""

from __future__ import annotations

import csv
import re
import tarfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from diptych.prompts.parser import parse
from diptych.prompts.reading import Reading
from diptych.records import Finding

pytestmark = pytest.mark.shared

TEMPLATES = ("cxr_hannover", "cxr_kermany_lungs", "cxr_nih600", "pr_ufba425")
REPORTS = 500
LARGEST = 200_000


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["text"].strip()]


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_are_understood_whole(shared: Path, name: str) -> None:
    body = "panoramic" if name.startswith("pr_") else "chest"
    readings = {row["text"]: parse(row["text"]) for row in rows(shared / name)}
    assert {reading.body for reading in readings.values()} == {body}
    assert [text for text, reading in readings.items() if reading.unknown] == []


def test_ufba_texts_say_what_the_labels_say(shared: Path) -> None:
    names = {"restorations": "restoration", "dental appliance": "appliance", "implant": "implant"}
    names["more than 32 teeth"] = "supernumerary"
    for row in rows(shared / "pr_ufba425"):
        reading = parse(row["text"])
        whole = {finding.name for finding in reading.findings if not finding.site}
        assert whole == {names[label] for label in row["labels"].split("|") if label in names}
        _, _, listed = row["text"].partition("(FDI):")
        gone = {Finding("missing", number) for number in re.findall(r"\d+", listed)}
        assert {finding for finding in reading.findings if finding.site} == gone


def test_nih_texts_say_what_the_labels_say(shared: Path) -> None:
    for row in rows(shared / "cxr_nih600"):
        reading = parse(row["text"])
        labels = {label.lower().replace("_", " ") for label in row["labels"].split("|")} - {"no finding"}
        assert {finding.name for finding in reading.findings} == labels
        assert reading.groups == {"view": row["view"], "sex": row["sex"], "age": row["age"]}


def test_clinical_notes_are_read_with_their_doubts(shared: Path) -> None:
    readings: dict[str, Reading] = {
        row["text"]: parse(row["text"], "chest") for row in rows(shared / "cxr_covid_cases")
    }
    found = [reading for reading in readings.values() if reading.findings]
    assert len(found) > 0.6 * len(readings)
    assert sum(bool(reading.unknown) for reading in readings.values()) > 0.9 * len(readings)
    note = next(text for text in readings if text.startswith("Small consolidation in right upper lobe"))
    assert {Finding("consolidation"), Finding("opacity", "right upper"), Finding("ground glass")} <= readings[
        note
    ].findings


def reports(archive: Path) -> Iterator[tuple[str, str]]:
    """Findings and impression, and the MeSH line, of the first reports; nothing is written to disk."""
    with tarfile.open(archive) as tar:
        left = REPORTS
        for member in tar:
            if not (member.isfile() and member.name.endswith(".xml") and member.size < LARGEST and left):
                continue
            left -= 1
            handle = tar.extractfile(member)
            assert handle is not None
            data = handle.read()
            assert b"<!DOCTYPE" not in data and b"<!ENTITY" not in data
            root = ET.fromstring(data)
            parts = {part.get("Label"): part.text or "" for part in root.iter("AbstractText")}
            text = f"{parts.get('FINDINGS', '')} {parts.get('IMPRESSION', '')}".strip()
            if text:
                yield text, " ".join(node.text or "" for node in root.iterfind("MeSH/*")).strip()


def test_real_reports_are_read_and_their_denials_respected(shared: Path) -> None:
    read = [
        (parse(text, "chest"), mesh)
        for text, mesh in reports(shared / "text_openi_reports" / "NLMCXR_reports.tgz")
    ]
    assert len(read) > 0.9 * REPORTS
    normal = [reading for reading, mesh in read if mesh == "normal"]
    assert len(normal) > 50
    assert sum(not reading.findings for reading in normal) >= 0.95 * len(normal)
    for name, term in (("effusion", "Pleural Effusion"), ("cardiomegaly", "Cardiomegaly")):
        true = [
            any(finding.name == name for finding in reading.findings)
            for reading, mesh in read
            if term in mesh
        ]
        assert sum(true) >= 0.75 * len(true) > 5
