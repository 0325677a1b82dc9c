"""The verbs of a review, from search results to the flow, and what they say of bad input."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from diptych.cli import main

EXPORTS = Path(__file__).parents[1] / "catalogue" / "review" / "exports"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs a verb in an empty folder; gives its code and what it said."""
    monkeypatch.chdir(tmp_path)

    def verb(*words: object) -> tuple[int, str]:
        code = main(["catalogue", *map(str, words)])
        said = capsys.readouterr()
        return code, said.out + said.err

    return verb


def fill(sheet: str, word: str, reason: str = "") -> None:
    """Decide every record of a sheet, but exclude what is not about images."""
    rows = list(csv.DictReader(io.StringIO(Path(sheet).read_text("utf-8-sig"))))
    for row in rows:
        off = "PRISMA" in row["title"]
        row |= {"decision": "exclude" if off else word, "reason": "no images" if off else reason}
    with Path(sheet).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)


def test_from_searches_to_a_flow(run) -> None:
    files = [
        EXPORTS / name for name in ("pubmed.nbib", "scopus.ris", "scopus.csv", "embase.ris", "arxiv.csv")
    ]
    code, said = run("import", *files, "--into", "review", "--title", "Synthesis")
    assert (code, "records imported: 10; 10 records: 10 unscreened" in said) == (0, True)
    code, said = run("dedupe", "review", "--look")
    assert code == 0 and "duplicates would be removed: 5" in said and ": same DOI" in said
    assert not Path("review/log.jsonl").exists()
    assert run("dedupe", "review")[1].endswith("duplicates removed: 5; pairs to look at: 0\n")
    code, said = run("prisma", "review", "--out", "flow.svg")
    assert code == 2 and "but screened is 0: 5 unscreened" in said and not Path("flow.svg").exists()
    for stage in ("screening", "eligibility"):
        for reviewer in ("anna", "bert"):
            sheet = f"{stage}-{reviewer}.csv"
            assert run("sheet", "review", "--stage", stage, "--reviewer", reviewer, "--out", sheet)[0] == 0
            fill(sheet, "include")
            said = run("screen", "review", "--stage", stage, "--reviewer", reviewer, "--decisions", sheet)
            assert said[0] == 0, said
    assert "anna and bert: kappa 1.000" in run("kappa", "review")[1]
    code, said = run("prisma", "review", "--out", "flow.svg")
    assert code == 0 and "10 records identified, 5 removed before screening, 5 screened, 1 excluded" in said
    assert Path("flow.svg").read_text("utf-8").startswith("<svg")
    assert run("prisma", "review", "--out", "flow.json")[0] == 0
    assert run("prisma", "--counts", "flow.json", "--out", "again.svg")[0] == 0
    assert Path("again.svg").read_bytes() == Path("flow.svg").read_bytes()


def test_one_record_at_a_time_by_one_reviewer(run) -> None:
    assert run("import", EXPORTS / "pubmed.csv", "--into", "r", "--reviewers", "1")[0] == 0
    for stage, record, word, more in (
        ("screening", "page2021prisma", "exclude", ()),
        ("screening", "khader2023denoising", "include", ()),
        ("eligibility", "khader2023denoising", "include", ("--study", "Medical Diffusion")),
    ):
        words = ("--stage", stage, "--reviewer", "anna", "--record", record, "--decision", word, *more)
        code, said = run("screen", "r", *words)
        assert code == 0, said
    assert "1 excluded, 1 included" in said
    first = json.loads(Path("r/log.jsonl").read_text("utf-8").splitlines()[0])
    assert (first["record"], first["reviewer"], first["round"]) == ("page2021prisma", "anna", 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "gone.ris", "--into", "r"), "gone.ris: is no file; check the path"),
        (("dedupe", "r"), "r: is no review; begin one with"),
        (("sheet", "r", "--out", "x.csv"), "--reviewer: one of --reviewer and --conflicts is needed"),
        (("screen", "r", "--stage", "screening", "--reviewer", "a"), "--decisions: either --decisions, or"),
        (("prisma", "--out", "x.svg"), "prisma: a review or --counts is needed"),
        (("prisma", "r", "--out", "x.png"), "--out x.png: is neither .svg nor .json"),
        (("prisma", "--counts", "x.json", "--round", "1", "--out", "x.svg"), "--round: belongs to a review"),
        (("kappa", "r"), "r: is no review"),
        (("import", EXPORTS / "pubmed.csv", "--into", "r", "--reviewers", "3"), "3 reviewers a record"),
    ],
)
def test_bad_input_is_one_line(words: tuple[object, ...], said: str, run) -> None:
    code, text = run(*words)
    assert code == 2 and f"diptych: {said}" in text.replace("--reviewers: ", "")
    assert [path.name for path in Path().iterdir() if not path.name.startswith("pubmed")] == []


def test_a_second_import_keeps_the_rules_of_the_first(run) -> None:
    assert run("import", EXPORTS / "pubmed.csv", "--into", "r")[0] == 0
    code, said = run("import", EXPORTS / "scopus.ris", "--into", "r", "--reviewers", "1")
    assert code == 2 and "r: was begun as 'Review' with 2 reviewers a record" in said
    code, said = run("import", EXPORTS / "pubmed.csv", "--into", "r", "--round", "2")
    assert code == 2 and "was imported in round 1 as pubmed.csv" in said


def test_a_missing_extra_is_named(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "bibtexparser", None)
    code, said = run("import", EXPORTS / "arxiv.bib", "--into", "r", "--source", "arXiv")
    assert code == 2 and "pip install 'diptych[review]'" in said and not Path("r").exists()


@pytest.mark.parametrize("verb", ["import", "dedupe", "sheet", "screen", "prisma", "kappa"])
def test_every_verb_shows_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["catalogue", verb, "--help"])
    assert left.value.code == 0 and f"Example: diptych catalogue {verb}" in capsys.readouterr().out
