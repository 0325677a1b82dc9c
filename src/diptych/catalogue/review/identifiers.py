"""DOI, arXiv number and PubMed number as databases write them, and in the one form that can be compared."""

from __future__ import annotations

import re
from urllib.parse import unquote

from diptych.base.errors import DiptychError
from diptych.catalogue.review.text import clean, shown

_DOI_FRONT = re.compile(r"^(?:https?://)?(?:dx\.|www\.)?doi\.org/|^doi:?\s*", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_NOTE = re.compile(r"\s*\[(?:doi|pii)\]$", re.IGNORECASE)
_ARXIV = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]{2,12}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,3})?")
_ARXIV_NEAR = re.compile(r"arxiv(?:\.org/(?:abs|pdf)/|[:.]\s*|\s+preprint\s+arxiv:)" + _ARXIV.pattern, re.I)
_PREPRINT_DOI = re.compile(
    r"10\.(?:48550/arxiv|1101/|21203/rs\.|36227/techrxiv|20944/preprints|2139/ssrn|31219/|31234/|64898/)",
    re.I,
)


def doi(text: str) -> str:
    """A DOI in lower case without its address, "" for none.

    DOIs are compared without regard to case (DOI Handbook, 3.7). Raises `DiptychError` for what is no DOI,
    such as one with a space in it: half a DOI would make two papers one.
    """
    bare = _NOTE.sub("", _DOI_FRONT.sub("", clean(text)))
    bare = (unquote(bare) if "%2" in bare else bare).rstrip(".,;").lower()
    if not bare:
        return ""
    if not _DOI.fullmatch(bare):
        what = "holds a space" if " " in bare else "is none"
        raise DiptychError.of("DOI", f"{shown(bare)} {what}", "correct it, it looks like 10.1000/182")
    return bare


def doi_in(text: str) -> str:
    """The DOI in an address such as https://doi.org/10.1000/182, "" where there is none."""
    return doi(text) if "doi.org/10." in text.lower() and not re.search(r"\s", text.strip()) else ""


def arxiv(text: str) -> str:
    """The arXiv number in an address, a DOI or a journal's name, without its version; "" for none."""
    bare = text.strip()
    found = _ARXIV.fullmatch(bare) or _ARXIV_NEAR.search(bare)
    return found.group(1) if found else ""


def pmid(text: str) -> str:
    """A PubMed number, "" for what is none."""
    bare = text.strip()
    return bare.lstrip("0") if bare.isascii() and bare.isdigit() and len(bare) <= 9 else ""


def is_preprint_doi(text: str) -> bool:
    """Whether a preprint server gave this DOI: arXiv, bioRxiv, medRxiv, Research Square, TechRxiv,
    Preprints.org, SSRN, OSF.
    """
    return bool(_PREPRINT_DOI.match(text))
