"""Verbs of a systematic review that is kept up: searches in, duplicates out, decisions, flow, agreement."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import Positional, arg

from diptych.base.errors import DiptychError
from diptych.cli.flags import Folder

if TYPE_CHECKING:
    from diptych.catalogue.review import Flow

Stage = Literal["identification", "screening", "retrieval", "eligibility"]
Judged = Literal["screening", "eligibility"]
Channel = Annotated[
    Literal["database", "register", "website", "organisation", "citation searching"], arg(metavar="NAME")
]
Files = Positional[Annotated[tuple[Path, ...], arg(metavar="FILE ...")]]
ReviewFolder = Positional[Annotated[Path, arg(metavar="REVIEW")]]
File = Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="(or --record and --decision)")]
Date = Annotated[str, arg(metavar="YYYY-MM-DD", help_behavior_hint="(default: today)")]
Round = Annotated[int | None, arg(metavar="N", help_behavior_hint="(default: all together)")]


@dataclass(frozen=True, kw_only=True)
class ImportSearch:
    """Take search results into a review, which is begun where there is none.

    Reads RIS (Scopus, Embase, Web of Science, reference managers), BibTeX, the PubMed format (.nbib, .txt)
    and CSV of PubMed, Scopus and arXiv tools; the content tells which. Every record counts as identified.
    All files or none: what cannot be read is named by line. An update of the review is a next --round.

    Example: diptych catalogue import pubmed.nbib scopus.ris --into review
    """

    files: Files
    """What the databases saved."""
    into: Folder
    """The folder of the review."""
    source: Annotated[str, arg(metavar="NAME", help_behavior_hint="(default: what the files say)")] = ""
    """The database or place that was searched."""
    channel: Channel = "database"
    """What kind of place: database, register, website, organisation or "citation searching"."""
    round: Annotated[int | None, arg(metavar="N", help_behavior_hint="(default: the latest)")] = None
    """1 is the first search, 2 the first update."""
    date: Date = ""
    """When the search was made."""
    encoding: Annotated[str, arg(metavar="NAME")] = "utf-8"
    """Of files without a byte order mark, such as cp1252."""
    title: Annotated[str, arg(metavar="TEXT", help_behavior_hint="(for a new review)")] = "Review"
    """Stands above the flow."""
    reviewers: Annotated[
        int | None, arg(metavar="1|2", help_behavior_hint="(for a new review, default: 2)")
    ] = None
    """How many must agree on each record."""

    def __call__(self) -> None:
        """Import, and say how many."""
        from diptych.catalogue.review import ReviewConfig, Search, import_searches, open_review, summary

        config = ReviewConfig(title=self.title, reviewers=2 if self.reviewers is None else self.reviewers)
        records = import_searches(
            self.files,
            self.into,
            Search(
                source=self.source,
                channel=self.channel,
                round=self.round,
                encoding=self.encoding,
                date=self.date,
            ),
            None if self.title == "Review" and self.reviewers is None else config,
        )
        print(f"{self.into}: records imported: {len(records)}; {summary(open_review(self.into))}")


@dataclass(frozen=True, kw_only=True)
class Dedupe:
    """Find near-duplicates in a review, take them out before screening, and say why of each.

    Finds typos, other spellings and scripts of names, and preprints of journal papers. Of two records the
    earlier round's is kept, then the journal's. What is doubtful is printed and left to you: decide with
    `screen --stage identification`. A removed record comes back with the decision keep.

    Example: diptych catalogue dedupe review --look
    """

    review: ReviewFolder
    """The folder of the review."""
    look: bool = False
    """Print what would be removed, and log nothing."""
    date: Date = ""
    """Of the log's entries."""

    def __call__(self) -> None:
        """Print pairs with reasons, and log the duplicates."""
        from diptych.catalogue.review import look_for_duplicates, open_review, remove_duplicates
        from diptych.catalogue.review.searches import check_date

        find = look_for_duplicates if self.look else remove_duplicates
        found = find(open_review(self.review), check_date(self.date))
        for decision in found.removed:
            print(f"{decision.record} is {decision.of}: {decision.reason}")
        for one, two, why in found.doubtful:
            print(f"look at {one} and {two}: {why}")
        verb = "would be removed" if self.look else "removed"
        print(f"duplicates {verb}: {len(found.removed)}; pairs to look at: {len(found.doubtful)}")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Write a table of the records that wait for a reviewer's decision; fill it in and give it to `screen`.

    Opens in any spreadsheet. Fill in the columns decision and reason (study where reports belong together).

    Example: diptych catalogue sheet review --stage screening --reviewer anna --out anna.csv
    """

    review: ReviewFolder
    """The folder of the review."""
    stage: Literal["screening", "retrieval", "eligibility"] = "screening"
    """Titles and abstracts, getting the reports, or full texts."""
    reviewer: Annotated[str, arg(metavar="NAME", help_behavior_hint="(this or --conflicts)")] = ""
    """Whose decisions are missing."""
    conflicts: bool = False
    """The records on which reviewers disagree, with their votes."""
    out: Annotated[Path, arg(metavar="FILE")]
    """The table to make (CSV)."""

    def __post_init__(self) -> None:
        if bool(self.reviewer) == self.conflicts:
            raise DiptychError.of(
                "--reviewer", "one of --reviewer and --conflicts is needed", "give exactly one"
            )

    def __call__(self) -> None:
        """Write the table, and say how many records it holds."""
        from diptych.catalogue.review import open_review, write_sheet

        count = write_sheet(open_review(self.review), self.stage, self.reviewer, self.out)
        print(f"{self.out}: {count} records")


@dataclass(frozen=True, kw_only=True)
class Screen:
    """Log what a reviewer decided, from a table or of one record.

    Decisions by stage:
    - identification: keep, duplicate (with --of), ineligible (automation tools), removed (with --reason)
    - screening: include, exclude
    - retrieval: retrieved, missing
    - eligibility: include, exclude (with --reason; the flow counts by reason)

    The log only grows: a reviewer who decides anew overrules what he or she said before, and conflicts are
    settled with --consensus.

    Example: diptych catalogue screen review --stage screening --reviewer anna --decisions anna.csv
    """

    review: ReviewFolder
    """The folder of the review."""
    stage: Stage
    """Where the decisions belong."""
    reviewer: Annotated[str, arg(metavar="NAME")]
    """Who decided."""
    decisions: File = None
    """A table with columns record, decision, reason, as `sheet` makes it; empty decisions are passed over."""
    record: Annotated[str, arg(metavar="ID", help_behavior_hint="(or --decisions)")] = ""
    """One record."""
    decision: Annotated[str, arg(metavar="WORD", help_behavior_hint="(with --record)")] = ""
    """What was decided of it."""
    reason: Annotated[str, arg(metavar="TEXT")] = ""
    """Why."""
    of: Annotated[str, arg(metavar="ID")] = ""
    """Of a duplicate, the record to keep."""
    study: Annotated[str, arg(metavar="NAME")] = ""
    """Of an included report, its study: reports of one study count once."""
    consensus: bool = False
    """These decisions settle conflicts."""
    date: Date = ""
    """When it was decided."""

    def __post_init__(self) -> None:
        if (self.decisions is None) != bool(self.record and self.decision):
            what = "either --decisions, or --record and --decision, is needed"
            raise DiptychError.of("--decisions", what, "give one of them")

    def __call__(self) -> None:
        """Check and log the decisions, and say where the review stands."""
        from diptych.catalogue.review import Sitting, Verdict, decide, open_review, read_verdicts, summary
        from diptych.catalogue.review.searches import check_date

        sitting = Sitting(
            stage=self.stage, reviewer=self.reviewer, date=check_date(self.date), consensus=self.consensus
        )
        one = Verdict(
            record=self.record, word=self.decision, reason=self.reason, of=self.of, study=self.study
        )
        verdicts = read_verdicts(self.decisions) if self.decisions else (one,)
        logged = decide(open_review(self.review), sitting, verdicts)
        print(f"decisions logged: {len(logged)}; {summary(open_review(self.review))}")


@dataclass(frozen=True, kw_only=True)
class Prisma:
    """Draw the PRISMA 2020 flow of a review, or refuse with the sums that do not add up.

    From the log of a review, or from a file of counts that was made by hand.

    Example: diptych catalogue prisma review --round 2 --out flow.svg
    """

    review: Positional[Annotated[Path | None, arg(metavar="REVIEW", help_behavior_hint="(or --counts)")]] = (
        None
    )
    """The folder of the review."""
    counts: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="(or a review)")] = None
    """A file of counts (JSON), as --out flow.json writes it."""
    round: Round = None
    """One round, with what earlier ones included in a box of its own."""
    out: Annotated[Path, arg(metavar="FILE.svg|FILE.json")]
    """The drawing, or the counts."""

    def __post_init__(self) -> None:
        if (self.review is None) == (self.counts is None):
            raise DiptychError.of("prisma", "a review or --counts is needed", "give exactly one")
        if self.counts and self.round is not None:
            raise DiptychError.of("--round", "belongs to a review", "leave it out with --counts")
        if self.out.suffix not in (".svg", ".json"):
            raise DiptychError.of(f"--out {self.out}", "is neither .svg nor .json", "give it one of the two")

    def __call__(self) -> None:
        """Write the file, and say the flow in a sentence."""
        from diptych.base.atomic import write_json, write_text
        from diptych.catalogue.review import describe, draw_prisma, flow_json

        flow = self._flow()
        if self.out.suffix == ".json":
            write_json(self.out, flow_json(flow))
        else:
            write_text(self.out, draw_prisma(flow))
        print(f"{self.out}: {describe(flow)}")

    def _flow(self) -> Flow:
        from diptych.catalogue.review import count_flow, open_review, read_flow

        if self.counts:
            return read_flow(self.counts)
        return count_flow(open_review(self.review or Path()), self.round)


@dataclass(frozen=True, kw_only=True)
class KappaOf:
    """Say how well the reviewers agree beyond chance: Cohen's kappa with its 95 % interval.

    Of every two reviewers, on the records that both judged, before conflicts were settled.

    Example: diptych catalogue kappa review --stage screening
    """

    review: ReviewFolder
    """The folder of the review."""
    stage: Judged = "screening"
    """Titles and abstracts, or full texts."""
    round: Round = None
    """One round."""

    def __call__(self) -> None:
        """Print a line for every two reviewers."""
        from diptych.catalogue.review import agreements, open_review

        for (one, two), kappa in agreements(open_review(self.review), self.stage, self.round).items():
            print(f"{one} and {two}: kappa {kappa}")


REVIEW: dict[str, type] = {
    "import": ImportSearch,
    "dedupe": Dedupe,
    "sheet": Sheet,
    "screen": Screen,
    "prisma": Prisma,
    "kappa": KappaOf,
}
"""Verbs of the group `catalogue` that conduct a review."""
