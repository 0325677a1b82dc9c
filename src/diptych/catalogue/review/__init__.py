"""The review behind the catalogue: searches in, duplicates out, reviewers agree, a flow whose sums are right.

Names are loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diptych.base.lazy import lazy

if TYPE_CHECKING:
    from diptych.catalogue.review.agreement import Kappa as Kappa
    from diptych.catalogue.review.agreement import agreements as agreements
    from diptych.catalogue.review.agreement import cohen_kappa as cohen_kappa
    from diptych.catalogue.review.citation import Citation as Citation
    from diptych.catalogue.review.counting import count_flow as count_flow
    from diptych.catalogue.review.deduplicating import look_for_duplicates as look_for_duplicates
    from diptych.catalogue.review.deduplicating import remove_duplicates as remove_duplicates
    from diptych.catalogue.review.duplicates import find_duplicates as find_duplicates
    from diptych.catalogue.review.flow import Arm as Arm
    from diptych.catalogue.review.flow import Count as Count
    from diptych.catalogue.review.flow import Flow as Flow
    from diptych.catalogue.review.flow import check_flow as check_flow
    from diptych.catalogue.review.flow import flow_json as flow_json
    from diptych.catalogue.review.flow import read_flow as read_flow
    from diptych.catalogue.review.importing import read_export as read_export
    from diptych.catalogue.review.prisma import describe as describe
    from diptych.catalogue.review.prisma import draw_prisma as draw_prisma
    from diptych.catalogue.review.review import Review as Review
    from diptych.catalogue.review.review import ReviewConfig as ReviewConfig
    from diptych.catalogue.review.review import open_review as open_review
    from diptych.catalogue.review.screening import Sitting as Sitting
    from diptych.catalogue.review.screening import Verdict as Verdict
    from diptych.catalogue.review.screening import decide as decide
    from diptych.catalogue.review.screening import read_verdicts as read_verdicts
    from diptych.catalogue.review.searches import Search as Search
    from diptych.catalogue.review.searches import import_searches as import_searches
    from diptych.catalogue.review.sheets import write_sheet as write_sheet
    from diptych.catalogue.review.standing import standings as standings
    from diptych.catalogue.review.standing import summary as summary

_HOMES = {
    "agreement": ("Kappa", "agreements", "cohen_kappa"),
    "citation": ("Citation",),
    "counting": ("count_flow",),
    "deduplicating": ("look_for_duplicates", "remove_duplicates"),
    "duplicates": ("find_duplicates",),
    "flow": ("Arm", "Count", "Flow", "check_flow", "flow_json", "read_flow"),
    "importing": ("read_export",),
    "prisma": ("describe", "draw_prisma"),
    "review": ("Review", "ReviewConfig", "open_review"),
    "screening": ("Sitting", "Verdict", "decide", "read_verdicts"),
    "searches": ("Search", "import_searches"),
    "sheets": ("write_sheet",),
    "standing": ("standings", "summary"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__getattr__, __dir__ = lazy(__name__, _HOME)
