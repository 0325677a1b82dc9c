"""The folder of a review: what is in it stays, what is wrong with it is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diptych.base.errors import DiptychError
from diptych.catalogue.review import (
    ReviewConfig,
    Search,
    Sitting,
    Verdict,
    decide,
    import_searches,
    open_review,
    read_verdicts,
    remove_duplicates,
    standings,
    summary,
    write_sheet,
)

from .conftest import IDS, TITLES, Say, export


def faults(call: object, *arguments: object) -> list[str]:
    with pytest.raises(DiptychError) as caught:
        call(*arguments)  # type: ignore[operator]
    return [str(problem) for problem in caught.value.problems]


def test_a_review_comes_back_as_it_was_written(folder: Path) -> None:
    review = open_review(folder)
    assert [record.id for record in review.records] == list(IDS)
    assert review.config == ReviewConfig(title="Organs", reviewers=2)
    first = review.records[0]
    assert (first.citation.title, first.citation.line) == (TITLES[0], 1)
    assert (first.origin.source, first.origin.file, first.origin.round) == ("PubMed", "a.ris", 1)
    assert summary(review) == "5 records: 5 unscreened"


def test_ids_stay_apart(tmp_path: Path) -> None:
    records = import_searches([export(tmp_path / "x", "Teeth, one", "Teeth, two")], tmp_path / "r", Search())
    assert [r.id for r in records] == ["rossi2023teeth", "rossi2023teeth-2"]


def test_all_files_or_none(folder: Path, tmp_path: Path) -> None:
    before = (folder / "records.jsonl").read_bytes()
    good, bad = export(tmp_path / "good.ris", "Zeta"), tmp_path / "bad.ris"
    bad.write_text("TY  - JOUR\n")
    said = faults(import_searches, [good, bad, tmp_path / "gone.ris"], folder, Search())
    assert len(said) == 3 and "bad.ris, line 1" in said[0] and "gone.ris" in said[2]
    assert (folder / "records.jsonl").read_bytes() == before
    faults(import_searches, [bad], tmp_path / "new", Search())
    assert not (tmp_path / "new").exists()


def test_a_file_counts_once(folder: Path, tmp_path: Path) -> None:
    export(tmp_path / "b.ris", *TITLES)
    (line,) = faults(import_searches, [tmp_path / "b.ris"], folder, Search())
    assert "was imported in round 1 as a.ris" in line


@pytest.mark.parametrize(
    ("search", "said"),
    [
        (Search(round=3), "--round: 3 cannot be searched now"),
        (Search(date="01.02.2026"), "--date: '01.02.2026' is no date"),
        (Search(encoding="klingon"), "no text encoding"),
    ],
)
def test_bad_searches(search: Search, said: str, folder: Path, tmp_path: Path) -> None:
    (line,) = faults(import_searches, [export(tmp_path / "b.ris", "Zeta")], folder, search)
    assert said in line


def test_what_the_file_does_not_say_must_be_said(tmp_path: Path) -> None:
    (tmp_path / "x.ris").write_text("TY  - JOUR\nTI  - a\nER  - \n")
    (line,) = faults(import_searches, [tmp_path / "x.ris"], tmp_path / "r", Search())
    assert "does not say which database it is from; name it with --source" in line


def test_two_writers_do_not_lose_a_line(folder: Path, say: Say) -> None:
    (folder / ".lock").touch()
    with pytest.raises(DiptychError, match="another diptych is writing"):
        say("screening", "anna", {"alpha": "include"})
    assert not (folder / "log.jsonl").exists()
    (folder / ".lock").unlink()
    say("screening", "anna", {"alpha": "include"})
    assert not (folder / ".lock").exists()


def test_damaged_lines_are_named(folder: Path, say: Say) -> None:
    say("screening", "anna", {"alpha": "include"})
    log, records = folder / "log.jsonl", folder / "records.jsonl"
    stranger = json.loads(log.read_text()) | {"record": "nobody2020"}
    log.write_text(f'{{"torn\n{json.dumps(stranger)}\n{json.dumps(stranger | {"stage": "lunch"})}\n')
    records.write_bytes(records.read_bytes() + records.read_bytes().splitlines()[0] + b"\n")
    said = faults(open_review, folder)
    assert "log.jsonl, line 1: is no JSON" in said[0]
    assert "log.jsonl, line 3.stage: expected 'identification' or" in said[1]
    assert "the id 'rossi2023alpha' comes twice" in said[2] and "no record is called 'nobody2020'" in said[3]
    assert "is no review" in faults(open_review, folder.parent)[0]


def test_the_log_only_grows(folder: Path, say: Say) -> None:
    say("screening", "anna", {"alpha": "include"})
    before = (folder / "log.jsonl").read_bytes()
    review = say("screening", "anna", {"alpha": "exclude"})
    assert (folder / "log.jsonl").read_bytes().startswith(before)
    assert [d.word for d in review.decisions] == ["include", "exclude"]


def test_two_must_agree(say: Say) -> None:
    review = say("screening", "anna", {"alpha": "include", "beta": "exclude", "gamma": "include"})
    assert standings(review)[IDS[0]].state == "unscreened"
    review = say("screening", "bert", {"alpha": "include", "beta": "exclude", "gamma": "exclude"})
    now = standings(review)
    assert [now[i].state for i in IDS[:3]] == ["unassessed", "excluded", "screening conflict"]
    review = say("screening", "anna and bert", {"gamma": "include"}, consensus=True)
    assert standings(review)[IDS[2]].state == "unassessed"


def test_reasons_must_agree_too(say: Say) -> None:
    for reviewer in ("anna", "bert"):
        say("screening", reviewer, {"alpha": "include", "beta": "include"})
    say("eligibility", "anna", {"alpha": ("exclude", "no images"), "beta": ("exclude", "No images")})
    now = standings(
        say("eligibility", "bert", {"alpha": ("exclude", "not public"), "beta": ("exclude", "no images")})
    )
    assert [now[i].state for i in IDS[:2]] == ["eligibility conflict", "ruled out"]


def test_what_cannot_be_decided_is_said_all_at_once(folder: Path, say: Say) -> None:
    say("identification", "anna", {"epsilon": ("removed", "retracted")})
    told = [
        ("nobody", "include", ""),
        (IDS[0], "perhaps", ""),
        (IDS[1], "include", ""),
        (IDS[1], "include", ""),
    ]
    verdicts = [Verdict(record=r, word=w, reason=why, where=f"row {n}") for n, (r, w, why) in enumerate(told)]
    verdicts.append(Verdict(record=IDS[4], word="include"))
    said = faults(
        decide, open_review(folder), Sitting(stage="screening", reviewer="a", date="2026-01-01"), verdicts
    )
    assert [line.split(";")[0] for line in said] == [
        f"row 3: '{IDS[1]}' was decided above",
        "row 0: no record is called 'nobody'",
        "row 1: 'perhaps' is no decision at screening",
        f"--record: {IDS[4]} is not at screening, it is removed",
    ]
    (line,) = faults(
        decide,
        open_review(folder),
        Sitting(stage="identification", reviewer="a", date="2026-01-01"),
        [Verdict(record=IDS[0], word="duplicate", of=IDS[0])],
    )
    assert "which is no other record" in line


def test_a_sheet_goes_out_and_comes_back(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "anna.csv"
    assert write_sheet(open_review(folder), "screening", "anna", out) == 5
    text = out.read_text("utf-8-sig")
    assert text.startswith("record,title,authors,year,venue,doi,url,abstract,decision,reason,study")
    filled = text.replace(",,,\n", ",Include ,  why ,\n", 2).replace("\n", "\r\n")
    out.write_text(filled.replace(",", ";"), "utf-8-sig")  # as a European spreadsheet saves it
    verdicts = read_verdicts(out)
    assert [(v.record, v.word, v.reason) for v in verdicts] == [(i, "include", "why") for i in IDS[:2]]
    decide(open_review(folder), Sitting(stage="screening", reviewer="anna", date="2026-01-01"), verdicts)
    assert write_sheet(open_review(folder), "screening", "anna", tmp_path / "rest.csv") == 3
    assert "exists already" in faults(write_sheet, open_review(folder), "screening", "anna", out)[0]


def test_no_cell_of_a_sheet_is_a_formula(tmp_path: Path) -> None:
    nasty = "=HYPERLINK(0)"
    import_searches([export(tmp_path / "x", nasty, author="@SUM(1)")], tmp_path / "r", Search())
    write_sheet(open_review(tmp_path / "r"), "screening", "anna", tmp_path / "s.csv")
    text = (tmp_path / "s.csv").read_text("utf-8-sig")
    assert ",'=HYPERLINK(0),'@SUM(1)," in text


def test_conflicts_show_the_votes(folder: Path, say: Say, tmp_path: Path) -> None:
    say("screening", "anna", {"alpha": "include"})
    say("screening", "bert", {"alpha": ("exclude", "no teeth")})
    assert write_sheet(open_review(folder), "screening", "", tmp_path / "c.csv") == 1
    assert "anna: include; bert: exclude (no teeth)" in (tmp_path / "c.csv").read_text("utf-8-sig")


def test_a_table_without_decisions_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,title\n1,x\n")
    assert "has no column record and no column decision" in faults(read_verdicts, tmp_path / "t.csv")[0]


def test_duplicates_leave_and_come_back(folder: Path, tmp_path: Path, say: Say) -> None:
    import_searches([export(tmp_path / "b.ris", "Alpha of teth", "Zeta of ears")], folder, Search(round=2))
    found = remove_duplicates(open_review(folder), "2026-03-03")
    (gone,) = found.removed
    assert (gone.record, gone.of, gone.round) == ("rossi2023alpha-2", IDS[0], 2)
    assert gone.reason == "same title but for a slip, 100% of the authors"
    assert remove_duplicates(open_review(folder), "2026-03-04").removed == (), "once is enough"
    review = say("identification", "anna", {"alpha-2": "keep"})
    assert standings(review)["rossi2023alpha-2"].state == "unscreened"
    assert remove_duplicates(review, "2026-03-05").removed == (), "a person outranks the machine"


def test_the_record_that_was_screened_is_kept(folder: Path, say: Say, tmp_path: Path) -> None:
    import_searches([export(tmp_path / "b.ris", "Alpha of teeth")], folder, Search())
    say("screening", "anna", {"alpha-2": "include"})
    (gone,) = remove_duplicates(open_review(folder), "2026-03-03").removed
    assert (gone.record, gone.of) == (IDS[0], "rossi2023alpha-2")
