"""The link checker against a server of this test: what it asks, how often, what it makes of the answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import pytest

from diptych.catalogue import Catalogue
from diptych.catalogue.links import AGENT, Link, Manners, _ask_host, addresses, summary

PAUSE = 0.05


class Server(ThreadingHTTPServer):
    """Remembers who asked for what, when."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, str, float]] = []
        self.address = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self) -> None:
        self.answer("HEAD")

    def do_GET(self) -> None:
        self.answer("GET")

    def answer(self, method: str) -> None:
        self.server.asked.append((method, self.path, self.headers["User-Agent"], time.monotonic()))
        name = self.path.strip("/")
        if name == "slow":
            time.sleep(1.0)
        code, location = CODES.get(name, (200, ""))
        if method == "GET" and name in ("only-get", "no-head"):
            code = 200
        body = b"User-agent: *\nDisallow: /private\n" if name == "robots.txt" else b"x" * 10
        self.send_response(code)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if method == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


CODES = {
    "gone": (404, ""),
    "only-get": (405, ""),
    "no-head": (403, ""),
    "broken": (500, ""),
    "renamed": (301, "/new"),
    "passing": (302, "/new"),
    "circle": (302, "/circle"),
    "escape": (302, "file:///etc/passwd"),
    "tired": (429, ""),
}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()


def ask(server: Server, *names: str) -> dict[str, tuple[str, str]]:
    urls = [f"{server.address}/{name}" for name in names]
    answers = _ask_host(urls, Manners(pause=PAUSE, timeout=0.5), lambda steps: None)
    return {url.removeprefix(f"{server.address}/"): answer for url, answer in answers}


def test_each_answer_is_named(server: Server) -> None:
    names = (
        "fine",
        "gone",
        "only-get",
        "no-head",
        "broken",
        "renamed",
        "passing",
        "circle",
        "escape",
        "slow",
    )
    told = ask(server, *names, "private/x")
    assert {name: state for name, (state, _) in told.items()} == {
        "fine": "answers", "gone": "gone", "only-get": "answers", "no-head": "answers", "broken": "refused",
        "renamed": "moved", "passing": "answers", "circle": "refused", "escape": "refused", "slow": "silent",
        "private/x": "not asked",
    }  # fmt: skip
    assert told["renamed"][1] == f"to {server.address}/new"
    assert "/private/x" not in [path for _, path, _, _ in server.asked]


def test_it_is_polite(server: Server) -> None:
    ask(server, "a", "b", "only-get")
    methods = [(method, path) for method, path, _, _ in server.asked]
    assert methods == [
        ("GET", "/robots.txt"), ("HEAD", "/a"), ("HEAD", "/b"), ("HEAD", "/only-get"), ("GET", "/only-get"),
    ]  # fmt: skip
    assert {agent for _, _, agent, _ in server.asked} == {AGENT}
    times = [moment for *_, moment in server.asked]
    assert all(late - early >= PAUSE * 0.9 for early, late in pairwise(times))


def test_a_redirected_head_stays_a_head(server: Server) -> None:
    ask(server, "passing")
    assert ("HEAD", "/new") in [(method, path) for method, path, _, _ in server.asked]


def test_a_host_that_asks_for_less_is_left_alone(server: Server) -> None:
    told = ask(server, "tired", "a", "b")
    assert [state for state, _ in told.values()] == ["refused", "not asked", "not asked"]
    assert "/a" not in [path for _, path, _, _ in server.asked]


def test_a_host_that_is_not_there_is_silent() -> None:
    answers = _ask_host(["http://127.0.0.1:9/x"], Manners(pause=0, timeout=0.5), lambda steps: None)
    assert answers[0][1][0] == "silent"


def test_every_address_is_asked_for_once_for_all_its_records(catalogue: Catalogue) -> None:
    named = addresses(catalogue)
    assert len(named["https://github.com/RichardObi/medigan"]) == 24
    assert "https://doi.org/10.1371/journal.pone.0267976" in named
    assert all(url.startswith(("http://", "https://")) for url in named)


def test_the_summary_names_what_does_not_answer() -> None:
    links = [
        Link("https://a.org", ("a",), "answers", "200"),
        Link("https://b.org", ("b", "c"), "gone", "404"),
    ]
    assert summary(links) == ["gone: https://b.org (404) in b, c", "1 answers, 1 gone"]
