"""The one place where an error becomes a line for people."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence

from diptych.base.errors import Problem

BAD_INPUT, INTERRUPTED, TERMINATED = 2, 130, 143
MOST_SHOWN = 40
"""More lines than this help nobody; the first ones say what is wrong with all of them."""
LONGEST_LINE = 1000
"""Letters of a line that are shown."""

_REMEDIES = {
    errno.ENOSPC: "free some space or choose an --out on another disk",
    errno.EDQUOT: "free some of your quota or choose an --out on another disk",
    errno.EACCES: "change its permissions or choose another path",
    errno.EPERM: "change its permissions or choose another path",
    errno.EROFS: "choose an --out that can be written",
    errno.ENOENT: "check the path",
    errno.EISDIR: "give a file",
    errno.ENOTDIR: "give a folder",
}


def complain(problems: Sequence[Problem]) -> int:
    """Print the problems, one line each, and return the exit code of bad input."""
    for problem in problems[:MOST_SHOWN]:
        print(f"diptych: {_one_line(str(problem))}", file=sys.stderr)
    if len(problems) > MOST_SHOWN:
        print(f"diptych: and {len(problems) - MOST_SHOWN} more problems", file=sys.stderr)
    return BAD_INPUT


def explain(error: OSError) -> Problem:
    """What the system said, with what a reader can do about it."""
    where = str(error.filename or error.filename2 or "the file system")
    what = (error.strerror or str(error) or type(error).__name__).lower()
    return Problem(where, what, _REMEDIES.get(error.errno or 0, "check the path and the disk, and try again"))


def _one_line(text: str) -> str:
    """The text on one line that a terminal may be given: names in bad input can hold anything."""
    plain = "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))
    return plain if len(plain) <= LONGEST_LINE else f"{plain[:LONGEST_LINE]} ..."
