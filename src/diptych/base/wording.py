"""Words that the messages of several rooms share."""

from __future__ import annotations

from collections.abc import Sequence


def few(names: Sequence[object], most: int) -> str:
    """The first `most` of the names, and how many others there are.

    >>> few(["a", "b", "c", "d"], most=2)
    'a, b and 2 more'
    """
    others = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(map(str, names[:most]))}{others}"
