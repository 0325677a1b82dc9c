"""The fields of an entry as a flat table: what `show`, `compare` and the exported tables print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from diptych.catalogue.entry import Entry
from diptych.catalogue.scores import completeness, coverage, reproducibility


def table(entries: Iterable[Entry]) -> list[dict[str, str]]:
    """One row an entry, one text a field, in the order of `FIELDS`; an empty text was not reported.

    `pandas.DataFrame(table(...))` or any other table library takes it as it is.
    """
    return [{name: tell(entry) for name, tell in FIELDS.items()} for entry in entries]


def _joined(parts: Iterable[object] | None, note: str | None = None) -> str:
    """Terms, and after a dash what the publisher wrote."""
    if parts is None:
        return ""
    terms = ", ".join(map(str, parts)) or "none"
    return f"{terms} – {note}" if note else terms


def _told(value: Any) -> str:
    return "" if value is None else str(value)


def _size(entry: Entry) -> str:
    size = entry.size
    number = "" if size.n is None else f"{size.n:,} {size.unit or ''}".strip()
    return "; ".join(filter(None, (number, size.note)))


def _training(entry: Entry) -> str:
    training = entry.training
    data = None if training.data is None else ", ".join(training.data) or "no real data"
    return "; ".join(filter(None, (data, training.size, training.note)))


def _metrics(entry: Entry) -> str:
    metrics = entry.evaluation.metrics or ()
    return "; ".join(
        f"{m.name} {'not seen' if m.value is None else f'{m.value:g}'}{f' ({m.note})' if m.note else ''}"
        for m in metrics
    )


def _readers(entry: Entry) -> str:
    readers = entry.evaluation.readers
    if readers is None:
        return ""
    number = "" if readers.n is None else f"{readers.n} reader{'s' if readers.n > 1 else ''}"
    return ": ".join(filter(None, (number, readers.result))) or "yes"


def _privacy(entry: Entry) -> str:
    privacy = entry.evaluation.privacy
    return "" if privacy is None else ": ".join(filter(None, (privacy.method, privacy.result)))


def _utility(entry: Entry) -> str:
    utility = entry.evaluation.utility
    if utility is None:
        return ""
    settings = ", ".join(utility.settings or ())
    return "; ".join(filter(None, (utility.task, settings, utility.metric, utility.gain))) or "yes"


def _licence(entry: Entry) -> str:
    licence = entry.licence
    return "; ".join(filter(None, (licence.words, licence.note)))


def _sources(entry: Entry) -> str:
    return "; ".join(f"{source.url} ({source.seen.isoformat()})" for source in entry.sources)


FIELDS: Mapping[str, Callable[[Entry], str]] = {
    "id": lambda entry: entry.id,
    "name": lambda entry: entry.name,
    "kind": lambda entry: entry.kind,
    "year": lambda entry: _told(entry.year),
    "collection": lambda entry: _told(entry.collection),
    "modality": lambda entry: _joined(entry.modality, entry.modality_note),
    "modality group": lambda entry: _joined(entry.modality_groups),
    "body region": lambda entry: _joined(entry.body_region, entry.body_region_note),
    "dimensionality": lambda entry: _joined(entry.dimensionality),
    "samples": _size,
    "resolution": lambda entry: _told(entry.resolution),
    "conditioning": lambda entry: _joined(entry.conditioning, entry.conditioning_note),
    "labels": lambda entry: _joined(entry.labels, entry.labels_note),
    "generator family": lambda entry: _joined(entry.generator.families),
    "generator": lambda entry: _told(entry.generator.model),
    "trained on": _training,
    "metrics": _metrics,
    "readers": _readers,
    "privacy": _privacy,
    "utility": _utility,
    "fairness": lambda entry: _told(entry.evaluation.fairness),
    "cost": lambda entry: _told(entry.evaluation.cost),
    "use cases": lambda entry: _joined([u.use for u in entry.use_cases] if entry.use_cases else None),
    "released": lambda entry: _joined(entry.release.parts),
    "release seen": lambda entry: "yes" if entry.release.seen else "",
    "access": lambda entry: _told(entry.release.access),
    "licence": _licence,
    "licence class": lambda entry: entry.licence_class,
    "hosting": lambda entry: _joined(entry.release.hosting, entry.release.hosting_note),
    "address": lambda entry: _told(entry.release.url),
    "code": lambda entry: _told(entry.release.code_url),
    "paper": lambda entry: _told(entry.paper.title),
    "doi": lambda entry: _joined(entry.paper.dois),
    "arxiv": lambda entry: _told(entry.paper.arxiv),
    "completeness": lambda entry: f"{completeness(entry).value:.2f}",
    "reproducibility": lambda entry: f"{reproducibility(entry).value:.2f}",
    "evaluation coverage": lambda entry: f"{coverage(entry).value:.2f}",
    "sources": _sources,
    "verified": lambda entry: entry.verified.isoformat(),
    "notes": lambda entry: _told(entry.notes),
}
"""Field -> its text; an empty text is what the material does not report."""
