"""Requests: a sentence, read once, and the seed of one sample."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diptych.base.errors import DiptychError, Problems, within
from diptych.models.pair import Pair
from diptych.prompts.grammar import render
from diptych.prompts.marks import EXAMPLES, told_body
from diptych.prompts.parser import parse
from diptych.prompts.reading import Reading
from diptych.prompts.tokens import STOPS, split
from diptych.prompts.words import Vocabulary
from diptych.records.finding import Finding
from diptych.training.checkpoint import Checkpoint
from diptych.training.sentences import wanted_slots
from diptych.training.slotgrid import SlotGrid


@dataclass(frozen=True, eq=False)
class Request:
    """One sentence as the model hears it: `slots` is (sites, kinds) of 0 and 1."""

    text: str
    reading: Reading
    slots: Tensor
    notes: tuple[str, ...]
    """What a person should hear before the samples are used, one line each."""


def read_requests(prompts: Sequence[str], checkpoint: Checkpoint) -> list[Request]:
    """Read every sentence; raises one `DiptychError` with all that cannot be drawn."""
    problems, requests = Problems(), []
    for prompt in prompts:
        with problems.collect():
            requests.append(read_request(prompt, checkpoint))
    problems.raise_any()
    return requests


@torch.no_grad()
def read_request(prompt: str, checkpoint: Checkpoint) -> Request:
    """What the checkpoint takes from a sentence.

    A text encoder is held against the grammar's reading; a checkpoint without one takes the reading itself.
    """
    if any("\ud800" <= letter <= "\udfff" for letter in prompt):
        # What a terminal of another encoding hands over.
        raise DiptychError.of(f"prompt {prompt!r}", "is no text in UTF-8", "type it again as plain text")
    model = checkpoint.pair
    grid = SlotGrid.of(model.config.body)
    with within(f"prompt {prompt!r}"):
        reading = parse(prompt, model.config.body)
    _check_meant(prompt, reading, checkpoint)
    meant = wanted_slots(grid, reading.findings, dict(reading.groups))
    if isinstance(model, Pair):
        slots, notes = _heard(model, reading, grid, meant)
    else:
        slots, notes = torch.from_numpy(grid.table(meant)), []
    return Request(prompt, reading, slots, (*reading.notes, *notes, *unseen(reading.findings, checkpoint)))


def _heard(
    model: Pair, reading: Reading, grid: SlotGrid, meant: NDArray[np.float32]
) -> tuple[Tensor, list[str]]:
    """Slots (sites, kinds) that the text encoder hears, and how they differ from those that were `meant`."""
    vocabulary = Vocabulary(model.config.words)
    # What was understood is said again in the grammar's plain words: free phrasing reaches the encoder
    # as a sentence of the kind that it learned from, and what was not understood stands in the notes.
    plain = render(grid.space.body, reading.findings, reading.groups)
    words = torch.from_numpy(vocabulary.encode(plain)).unsqueeze(0)
    slots = (model.text(words)[0] > 0).float()
    heard, notes = grid.vector(slots.numpy()) > 0, []
    if cut := vocabulary.overflow(plain):
        notes.append(f"too long: the words from {cut[0]!r} on are not heard")
    pairs = zip(grid.space.names, heard, meant > 0, strict=True)
    wrong = [_slot(name) for name, h, m in pairs if h != m and name != "normal"]
    if wrong:
        notes.append(f"the text encoder and the grammar differ on {', '.join(wrong[:6])}")
    return slots, notes


def _check_meant(prompt: str, reading: Reading, checkpoint: Checkpoint) -> None:
    """Raise `DiptychError` for a sentence about another body region, or one without a word that is known."""
    words = set(split(prompt)) - STOPS
    told = told_body(split(prompt))
    example = f"write for example {EXAMPLES[reading.body]!r}"
    if told and told != reading.body:
        what = f"asks for a {told} radiograph, and {checkpoint.name} draws {reading.body} radiographs"
        raise DiptychError.of(f"prompt {prompt!r}", what, f"choose another checkpoint, or {example}")
    if words <= set(reading.unknown):
        raise DiptychError.of(f"prompt {prompt!r}", "has no word that is known", example)


def unseen(findings: Iterable[Finding], checkpoint: Checkpoint) -> list[str]:
    """Findings that the checkpoint was never shown, or only on phantoms, a line each."""
    never, phantoms = strange(findings, checkpoint)
    notes = [f"{checkpoint.name} has never seen {finding}" for finding in never]
    return [*notes, *(f"{checkpoint.name} has seen {finding} on phantoms only" for finding in phantoms)]


def strange(findings: Iterable[Finding], checkpoint: Checkpoint) -> tuple[list[Finding], list[Finding]]:
    """Those findings that the checkpoint was never shown, and those that it saw on phantoms only, sorted."""
    seen = checkpoint.about["seen"]
    unreal = [f for f in sorted(findings) if not seen["real"].get(f"{f.name}:{f.site}")]
    phantoms = [f for f in unreal if seen["phantom"].get(f"{f.name}:{f.site}")]
    return [f for f in unreal if f not in phantoms], phantoms


def report_notes(requests: Sequence[Request]) -> None:
    """Print every note once, with its sentence."""
    for request in dict.fromkeys(requests):
        for note in request.notes:
            print(f"diptych: note on {request.text!r}: {note}", file=sys.stderr)


def _slot(name: str) -> str:
    kind, _, site = name.partition(":")
    return f"{kind} {site}".strip()
