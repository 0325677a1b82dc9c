"""Exports of PubMed, Scopus, arXiv, Embase and reference managers become the same citations."""

from __future__ import annotations

from pathlib import Path

import pytest
import rispy

from diptych.base.errors import DiptychError
from diptych.catalogue.review import Citation, find_duplicates, read_export
from diptych.catalogue.review.bibtex import people, plain
from diptych.catalogue.review.identifiers import arxiv, doi

EXPORTS = Path(__file__).parent / "exports"
KHADER = "10.1038/s41598-023-34341-2"


def read(name: str) -> tuple[Citation, ...]:
    return read_export(EXPORTS / name).citations


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("pubmed.nbib", "nbib", 2),
        ("scopus.ris", "ris", 3),
        ("embase.ris", "ris", 1),
        ("scopus.csv", "table", 2),
        ("pubmed.csv", "table", 2),
        ("arxiv.csv", "table", 2),
        ("arxiv.bib", "bibtex", 3),
        ("latex.bib", "bibtex", 2),
    ],
)
def test_the_content_tells_the_format(name: str, kind: str, count: int, tmp_path: Path) -> None:
    (tmp_path / "renamed.txt").write_bytes((EXPORTS / name).read_bytes())
    export = read_export(tmp_path / "renamed.txt")
    assert (export.format, len(export.citations)) == (kind, count)


def test_pubmed_is_read_to_the_last_field() -> None:
    first, second = read("pubmed.nbib")
    assert first.title == "Denoising diffusion probabilistic models for 3D medical image generation."
    assert (first.authors[0], first.authors[-1], len(first.authors)) == ("Khader, Firas", "Truhn, Daniel", 15)
    assert (first.year, first.venue, first.doi, first.pmid) == (
        2023,
        "Scientific reports",
        KHADER,
        "37147413",
    )
    assert first.abstract.endswith("where data are scarce.") and "  " not in first.abstract
    assert first.url == "https://pubmed.ncbi.nlm.nih.gov/37147413/"
    assert (second.doi, second.line, second.kind) == ("10.1136/bmj.n71", 72, "Journal Article; Guideline")


def test_one_paper_is_one_in_every_export() -> None:
    told = [
        c
        for name in ("pubmed.nbib", "scopus.ris", "embase.ris", "latex.bib", "pubmed.csv")
        for c in read(name)
    ]
    khader = [c for c in told if c.doi == KHADER]
    assert len(khader) == 5
    assert {(c.year, c.title.rstrip(".").lower()) for c in khader} == {
        (2023, "denoising diffusion probabilistic models for 3d medical image generation")
    }
    assert {c.database for c in khader} == {"PubMed", "Scopus", "Embase", ""}
    assert {c.pmid for c in khader} == {"37147413", ""}


def test_latex_becomes_letters() -> None:
    first, odd = read("latex.bib")
    assert "Müller-Franzes, Gustav" in first.authors and "Baßler, Bettina" in first.authors
    assert first.authors[-1] == "The Aachen Group"
    assert first.venue == "Scientific Reports"
    assert (
        first.abstract
        == "Dice of 95% with α-blending, naïve & simple; by Émile, Šimić, Østergaard and Łukasz"
    )
    assert (odd.year, odd.kind, odd.doi) == (2024, "dataset", "10.1007/978-3-031-18576-2_12")
    assert odd.authors == ("Márquez, José García", "van der Berg, Pieter")


def test_names_part_at_and_outside_braces_only() -> None:
    assert people("A and {Smith and Sons} and B AND others") == ["A", "{Smith and Sons}", "B"]
    assert plain(r"{\'E}cole {GAN}s \& 5 % of $x$", "here") == "École GANs & 5 % of x"


def test_scopus_names_lose_their_numbers_and_cells_keep_their_lines() -> None:
    first, second = read("scopus.csv")
    assert first.authors[:2] == ("Frid-Adar, Maayan", "Diamant, Idit")
    assert first.abstract.startswith('A network draws lesions of the liver, "synthetic" ones; a classifier')
    assert (first.line, second.line) == (2, 4)


def test_arxiv_keeps_both_its_number_and_the_journal() -> None:
    brain, liver = read("arxiv.csv")
    assert (brain.arxiv, brain.venue, brain.database) == ("2209.07162", "arXiv", "arXiv")
    assert (liver.arxiv, liver.doi) == ("1803.01229", "10.1016/j.neucom.2018.09.013")
    assert [c.arxiv for c in read("arxiv.bib")] == ["2211.03364", "2209.07162", ""]


@pytest.mark.parametrize("name", ["scopus.ris", "embase.ris"])
def test_ris_is_read_as_another_reader_reads_it(name: str) -> None:
    theirs = rispy.loads((EXPORTS / name).read_text("utf-8-sig"))
    ours = read(name)
    assert [c.title for c in ours] == [r["title"] for r in theirs]
    assert [list(c.authors) for c in ours] == [r.get("authors") or r["first_authors"] for r in theirs]
    assert [c.doi for c in ours] == [r["doi"] for r in theirs]


def test_the_same_papers_are_found_across_all_exports() -> None:
    told = [c for path in sorted(EXPORTS.iterdir()) for c in read_export(path).citations]
    groups = [{told[place].title.lower().rstrip(".") for place in g} for g in find_duplicates(told).groups]
    assert sorted(len(g) for g in find_duplicates(told).groups) == [2, 3, 4, 6]
    khader = next(titles for titles in groups if any("denoising" in title for title in titles))
    assert len(khader) == 2, "the preprint has another title"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("https://doi.org/10.1000/ABC.1", "10.1000/abc.1"),
        ("doi: 10.1000/182.", "10.1000/182"),
        ("10.1016/S0140-6736(20)1 [doi]", "10.1016/s0140-6736(20)1"),
        ("http://dx.doi.org/10.1000%2F182", "10.1000/182"),
        ("10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2",
         "10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_doi_has_one_form(text: str, bare: str) -> None:
    assert doi(text) == bare


@pytest.mark.parametrize("text", ["10.1000/a b", "10.1/x", "see the paper", "11.1000/182"])
def test_what_is_no_doi_is_refused(text: str) -> None:
    with pytest.raises(DiptychError, match="looks like"):
        doi(text)


def test_arxiv_numbers_are_found_where_they_stand() -> None:
    told = (
        "arXiv:2101.00001v3",
        "https://arxiv.org/abs/hep-th/9901001",
        "10.48550/arxiv.2211.03364",
        "2211.03364",
    )
    assert [arxiv(t) for t in told] == ["2101.00001", "hep-th/9901001", "2211.03364", "2211.03364"]
    assert arxiv("10.1145/3531146.3533088") == arxiv("Vol. 2101.0001 of 3") == ""
