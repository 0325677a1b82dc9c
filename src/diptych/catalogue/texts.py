"""What a text of an entry may be: one printable line, bounded; addresses and identifiers by form."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

SHORT, LONG = 300, 1500
"""Letters of a name or a phrase, and of a note."""

MIRRORS = (
    "ai-bt.com",
    "ar5iv.labs.arxiv.org",
    "ar5iv.org",
    "arxiv.deeppaper.ai",
    "arxiver.lazybrains.com",
    "awesomepapers.org",
    "bio.rodeo",
    "bohrium.dp.tech",
    "clearskyscience.com",
    "deepai.com",
    "dbis.rwth-aachen.de",
    "discovery.researcher.life",
    "hf-mirror.com",
    "huggingface.co/papers",
    "med-ai.media",
    "paperexplained.cn",
    "paperswithcode.com",
    "pith.science",
    "preview-www.nature.com",
    "sciencestack.ai",
    "scholarfeed.org",
    "summarxiv.com",
    "tomesphere.com",
    "wizwand.com",
    "zhuanzhi.ai",
    "zsm.im",
)
"""Hosts, or folders of hosts, that serve or retell what others published; an entry cites the publisher."""


def _line(text: str) -> str:
    """One line that shows: no control letters, no letters that turn the direction of writing."""
    if not text.strip():
        raise ValueError("is blank")
    if text != text.strip():
        raise ValueError("begins or ends with a space")
    for letter in text:
        if not letter.isprintable():
            raise ValueError(f"holds the unprintable character U+{ord(letter):04X}")
    return text


def _url(text: str) -> str:
    """An address of the web with a named host."""
    if not (text.isascii() and text.isprintable()) or any(letter in " <>\"'{}|\\^`" for letter in text):
        raise ValueError("is no web address: percent-encode what is not plain")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(f"is no web address ({error})") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("must begin with http:// or https://")
    if parts.username is not None or parts.password is not None or port is not None:
        raise ValueError("names a user or a port, which a public address does not")
    if "." not in host or _is_number(host):
        raise ValueError("names no public host")
    return text


def _source_url(text: str) -> str:
    """An address that is not a mirror's."""
    parts = urlsplit(_url(text))
    for mirror in MIRRORS:
        host, _, folder = mirror.partition("/")
        within = not folder or parts.path == f"/{folder}" or parts.path.startswith(f"/{folder}/")
        if within and f".{parts.hostname}".endswith(f".{host}"):
            raise ValueError(f"is on {mirror}, which repeats others: cite the publisher's address or a DOI")
    return text


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host.replace(".", "").isdigit()
    return True


def _matching(pattern: str, message: str) -> AfterValidator:
    """A validator for identifiers of a fixed form."""
    form = re.compile(pattern)

    def check(text: str) -> str:
        if not form.fullmatch(text):
            raise ValueError(message)
        return text

    return AfterValidator(check)


Text = Annotated[str, Field(min_length=1, max_length=SHORT), AfterValidator(_line)]
Note = Annotated[str, Field(min_length=1, max_length=LONG), AfterValidator(_line)]
Url = Annotated[
    str, Field(max_length=SHORT, json_schema_extra={"format": "uri"}), AfterValidator(_source_url)
]
Doi = Annotated[
    str,
    Field(max_length=200, json_schema_extra={"pattern": r"^10\.\d{4,9}/\S+$"}),
    _matching(
        r"10\.\d{4,9}/[-._;()/:A-Za-z0-9+,=@\[\]]+",
        "is no DOI: write 10.prefix/suffix without spaces and without https",
    ),
]
ArxivId = Annotated[
    str,
    Field(max_length=30, json_schema_extra={"pattern": r"^\d{4}\.\d{4,5}$"}),
    _matching(r"\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7}", "is no arXiv number: write it like 2209.07162"),
]
EntryId = Annotated[
    str,
    Field(max_length=60, json_schema_extra={"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}),
    _matching("[a-z0-9]+(-[a-z0-9]+)*", "is no id: use small letters, digits and single hyphens"),
]
