"""A finding: what is seen, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One finding at one site.

    `name` is a word of the vocabulary of its body region (`missing`, `caries`,
    `opacity`, ...). `site` is an FDI number ("36"), a lung zone ("right upper"), a
    side ("right" or "left", always the patient's), or "" for the image as a whole.
    """

    name: str
    site: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.site}".strip()
