"""Do the addresses still answer? Run when asked only, and politely.

One request a host at a time with a pause between, a user agent that says who asks, HEAD first and GET only
where HEAD is refused, nothing of the body read, no retries; what robots.txt keeps from programs is not asked
for.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Literal
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from urllib.robotparser import RobotFileParser

from diptych.base.progress import bar
from diptych.catalogue.entry import Entry

AGENT = "diptych-catalogue-links/1 (checks that public addresses of data sets still answer)"
_NO_HEAD = ("403", "405", "501")
"""Codes with which hosts that answer GET turn HEAD away."""
_LARGEST_ROBOTS = 500_000
"""Bytes of a robots.txt that are read."""

State = Literal["answers", "moved", "gone", "refused", "silent", "not asked"]
"""`moved`: for good, elsewhere; `gone`: 404 or 410; `refused`: another code; `silent`: no answer at all."""


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How to ask: seconds between two requests to a host, seconds to wait for an answer, hosts at a time."""

    pause: float = 2.0
    timeout: float = 20.0
    hosts: int = 4


@dataclass(frozen=True)
class Link:
    """An address, the entries that name it, and what came of asking: a code of HTTP, an address, a reason."""

    url: str
    ids: tuple[str, ...]
    state: State
    detail: str


def check_links(entries: Iterable[Entry], manners: Manners | None = None) -> tuple[Link, ...]:
    """Ask for every address of the entries once; in the order of the addresses.

    Reaches the network. Takes about `pause` seconds for each address of the host that has most.
    """
    manners = manners or Manners()
    named = addresses(entries)
    by_host: dict[str, list[str]] = defaultdict(list)
    for url in named:
        by_host[urlsplit(url).netloc].append(url)
    with bar("links", len(named)) as running, ThreadPoolExecutor(manners.hosts) as pool:
        jobs = [pool.submit(_ask_host, urls, manners, running.advance) for urls in by_host.values()]
        answers = dict(answer for job in jobs for answer in job.result())
    return tuple(Link(url, ids, *answers[url]) for url, ids in sorted(named.items()))


def addresses(entries: Iterable[Entry]) -> Mapping[str, tuple[str, ...]]:
    """Every address that the entries name, with their ids; DOIs as their https address."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for entry in entries:
        release, paper = entry.release, entry.paper
        urls = [release.url, release.code_url, paper.url, *(source.url for source in entry.sources)]
        urls += [f"https://doi.org/{doi}" for doi in paper.dois or ()]
        for url in filter(None, urls):
            found[url.partition("#")[0]][entry.id] = None
    return {url: tuple(ids) for url, ids in found.items()}


def _ask_host(
    urls: Iterable[str], manners: Manners, done: Callable[[int], object]
) -> list[tuple[str, tuple[State, str]]]:
    """Ask for the addresses of one host, one after the other, until it says that this is too much."""
    answers: list[tuple[str, tuple[State, str]]] = []
    rules, tired = None, False
    for url in urls:
        rules = rules or _robots(url, manners)
        if tired:
            answers.append((url, ("not asked", "the host asks for fewer requests")))
        elif not rules.can_fetch(AGENT, url):
            answers.append((url, ("not asked", "robots.txt keeps it from programs")))
        else:
            time.sleep(manners.pause)
            answers.append((url, _ask(url, manners)))
            tired = answers[-1][1][1].startswith("429")
        done(1)
    return answers


def _robots(url: str, manners: Manners) -> RobotFileParser:
    """The host's rules (RFC 9309); where it has none or does not answer, everything may be asked for."""
    parts = urlsplit(url)
    rules = RobotFileParser()
    try:
        request = Request(f"{parts.scheme}://{parts.netloc}/robots.txt", headers={"User-Agent": AGENT})
        with build_opener().open(request, timeout=manners.timeout) as answer:
            text = answer.read(_LARGEST_ROBOTS).decode("utf-8", "replace")
    except (OSError, HTTPException, ValueError):
        text = ""
    rules.parse(text.splitlines())
    return rules


def _ask(url: str, manners: Manners) -> tuple[State, str]:
    """HEAD, and GET where the host will not have HEAD."""
    state, detail = _request(url, "HEAD", manners)
    if state == "refused" and detail[:3] in _NO_HEAD:
        time.sleep(manners.pause)
        return _request(url, "GET", manners)
    return state, detail


def _request(url: str, method: str, manners: Manners) -> tuple[State, str]:
    """What one request gives; the body is not read."""
    request = Request(url, headers={"User-Agent": AGENT, "Accept": "*/*"}, method=method)
    redirects = _Redirects()
    try:
        with build_opener(redirects).open(request, timeout=manners.timeout) as answer:
            if redirects.first in (301, 308):
                return "moved", f"to {answer.url}"
            return "answers", str(answer.status)
    except HTTPError as error:
        return ("gone" if error.code in (404, 410) else "refused"), f"{error.code} {error.reason}"
    except URLError as error:
        return "silent", str(error.reason)
    except (OSError, HTTPException, ValueError) as error:
        return "silent", str(error) or type(error).__name__


class _Redirects(HTTPRedirectHandler):
    """Follows redirects with the method of the request, and remembers the code of the first.

    A DOI answers with a passing redirect (302), a renamed repository with a lasting one (301).
    """

    first = 0

    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """The next request; `None` where the redirect is not to be followed."""
        self.first = self.first or code
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None:
            following.method = req.get_method()
        return following


def summary(links: Iterable[Link]) -> list[str]:
    """A line for each address that does not simply answer, then how many did what."""
    listed = tuple(links)
    bad = [link for link in listed if link.state != "answers"]
    lines = [f"{link.state}: {link.url} ({link.detail}) in {', '.join(link.ids)}" for link in bad]
    counted = Counter(link.state for link in listed)
    return [*lines, ", ".join(f"{number} {state}" for state, number in counted.most_common())]
