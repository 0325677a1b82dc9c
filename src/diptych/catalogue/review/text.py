"""Text from outside: bytes to letters, and letters that can be shown, compared and stored."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from diptych.base.errors import DiptychError

MOST_BYTES = 64 * 2**20
"""Largest export that is read: some 20,000 records with abstracts."""


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file, its line ends made one kind.

    A byte order mark outranks `encoding`. Raises `DiptychError` for what is no file, is larger than
    `MOST_BYTES`, or holds bytes that are not in the encoding; nothing is guessed, since a wrong guess
    spoils names silently.
    """
    if not path.is_file():
        raise DiptychError.of(str(path), "is no file", "check the path")
    if path.stat().st_size > MOST_BYTES:
        what = f"is larger than {MOST_BYTES // 2**20} MiB"
        raise DiptychError.of(str(path), what, "export the search in several files")
    text = _decode(path.read_bytes(), encoding, str(path))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes, encoding: str, where: str) -> str:
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    encoding = next((name for mark, name in marks.items() if data.startswith(mark)), encoding)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        remedy = "export it as UTF-8, or name its encoding, such as cp1252"
        raise DiptychError.of(f"{where}, line {line}", f"is not text in {encoding}", remedy) from None
    except (LookupError, ValueError):
        raise DiptychError.of(where, f"no text encoding {encoding!r}", "name one, such as cp1252") from None


def clean(text: str) -> str:
    """The text on one line, composed (NFC), without letters that steer a terminal or turn the line around."""
    seen = "".join(letter for letter in text if letter.isspace() or not _steers(letter))
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def _steers(letter: str) -> bool:
    """Whether a letter is a control, a direction mark, half of a pair, or not assigned (Unicode class C).

    Joiners stay: Persian and Indic words need them.
    """
    return letter not in "\u200c\u200d" and unicodedata.category(letter)[0] == "C"


def shown(text: str, longest: int = 60) -> str:
    """Text from a file inside a message: quoted and cut short."""
    return repr(text if len(text) <= longest else f"{text[:longest]}...")
