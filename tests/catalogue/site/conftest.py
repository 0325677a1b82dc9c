"""The site of the packaged records, and a real browser without a network to open it in."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from diptych.catalogue.site import build_site

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--remote-debugging-pipe", "--proxy-server=127.0.0.1:9",
)  # fmt: skip
PATIENCE = 120
"""Seconds for an answer, on a machine that is busy with other things."""


def _loaded(event: dict[str, Any], loader: str) -> bool:
    """Whether an event says that a page is there."""
    params = event.get("params", {})
    return params.get("name") == "load" and params.get("loaderId") == loader


class Browser:
    """Chromium over the pipe of its DevTools protocol: no port, no driver, and where possible no network."""

    def __init__(self, profile: Path) -> None:
        assert CHROMIUM
        inward, outward = os.pipe(), os.pipe()
        high = [fcntl.fcntl(end, fcntl.F_DUPFD, 100) for end in (inward[0], outward[1])]

        def wire() -> None:
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        alone = ["unshare", "-rn"]
        self.cut = (
            shutil.which("unshare") is not None
            and not subprocess.run([*alone, "true"], check=False, stderr=subprocess.DEVNULL).returncode
        )
        self.process = subprocess.Popen(
            [*(alone if self.cut else ()), CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(3, 4),
            preexec_fn=wire,  # noqa: PLW1509 - the pipe must be 3 and 4; no thread runs here
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (*high, inward[0], outward[1]):
            os.close(end)
        self._out, self._in, self._rest, self._number = inward[1], outward[0], b"", 0
        self.events: list[dict[str, Any]] = []
        self._session: str | None = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log", "Accessibility"):
            self.ask(f"{domain}.enable")
        self.ask("Page.setLifecycleEventsEnabled", enabled=True)
        self.size(1280)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for what it returns."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                assert "error" not in heard, heard
                return dict(heard["result"])
            self.events.append(heard)

    def _hear(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(0, end - time.monotonic()))
            data = os.read(self._in, 1 << 20) if ready else b""
            assert data, "the browser does not answer"
            self._rest += data
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))

    def size(self, width: int, height: int = 900) -> None:
        """Make the window so many pixels wide."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def scripts(self, allowed: bool) -> None:
        """Turn JavaScript on or off for pages that are opened from now on."""
        self.ask("Emulation.setScriptExecutionDisabled", value=not allowed)

    def open(self, page: Path, state: str = "") -> None:
        """Open a file, as a new page, and wait until it is there."""
        # From one state of a page to another would be no new page.
        self.ask("Page.navigate", url="about:blank")
        self.events.clear()
        loader = self.ask("Page.navigate", url=page.as_uri() + state)["loaderId"]
        while not any(_loaded(event, loader) for event in self.events):
            self.events.append(self._hear())

    def js(self, code: str) -> Any:
        """What an expression gives in the page."""
        told = self.ask("Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def write(self, text: str) -> None:
        """Put text where the cursor is, as a keyboard with all letters would."""
        self.ask("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """Press and release one key of the keyboard."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        word = {"Enter": "\r", " ": " "}.get(key, "")
        common = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": codes[key]}
        self.ask("Input.dispatchKeyEvent", type="keyDown", text=word, **common)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **common)

    def picture(self, path: Path, whole: bool = False) -> None:
        """Save what the window shows, or the whole page, as PNG."""
        shot = self.ask("Page.captureScreenshot", captureBeyondViewport=whole, **self._clip(whole))
        path.write_bytes(base64.b64decode(shot["data"]))

    def _clip(self, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}

    def complaints(self) -> list[str]:
        """What the console and the policy of the page complained of since it was opened."""
        self.ask("Runtime.evaluate", expression="1")
        told = []
        for event in self.events:
            if event.get("method") == "Log.entryAdded":
                told.append(event["params"]["entry"]["text"])
            elif event.get("method") in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
                told.append(json.dumps(event["params"]))
        return told

    def requested(self) -> list[str]:
        """Addresses that the page asked for since it was opened."""
        sent = [e["params"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]
        return [params["request"]["url"] for params in sent]

    def close(self) -> None:
        """End the browser with all its processes."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._out)
        os.close(self._in)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the packaged records."""
    out = tmp_path_factory.mktemp("site") / "site"
    assert build_site(out) == 102
    return out


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser; tests that need one are skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture
def undecided(tmp_path: Path) -> Path:
    """A review of two records by one reviewer, who has decided nothing yet."""
    from diptych.catalogue.review import ReviewConfig, Search, import_searches

    rows = "".join(
        f"TY  - JOUR\nTI  - {t} of teeth\nPY  - 2023\nDB  - PubMed\nER  - \n" for t in ("Alpha", "Beta")
    )
    (tmp_path / "found.ris").write_text(rows)
    config = ReviewConfig(title="Teeth", reviewers=1)
    import_searches([tmp_path / "found.ris"], tmp_path / "review", Search(date="2026-01-01"), config)
    return tmp_path / "review"


@pytest.fixture
def reviewed(undecided: Path) -> Path:
    """The same when all is decided: one record is in, one is out."""
    from diptych.catalogue.review import Sitting, Verdict, decide, open_review

    keep, drop = [record.id for record in open_review(undecided).records]
    verdicts = {
        "screening": [Verdict(record=keep, word="include"), Verdict(record=drop, word="exclude")],
        "eligibility": [Verdict(record=keep, word="include")],
    }
    for stage, words in verdicts.items():
        decide(open_review(undecided), Sitting(stage=stage, reviewer="anna", date="2026-01-02"), words)
    return undecided
