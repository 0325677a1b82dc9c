"""How fast and how right is the search of the catalogue? Figures of docs/results/catalogue.md.

    python benchmarks/catalogue.py [--size 10000]

The packaged records are replicated up to `size`, each copy with an id and a name of its own. Questions are
those of tests/catalogue/questions.yaml. Times are of this process (CPU), so that other work on the machine
does not count; the fastest of three tries, except for the index, which is built once.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from diptych.catalogue import Catalogue, Entry, load_catalogue
from diptych.catalogue.filters import Filters
from diptych.catalogue.index import Index
from diptych.catalogue.loading import PACKAGED
from diptych.catalogue.searching import search
from diptych.catalogue.synonyms import CONCEPTS, question_phrases

QUESTIONS = Path(__file__).parents[1] / "tests" / "catalogue" / "questions.yaml"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=10_000)
    size = parser.parse_args().size
    questions = yaml.safe_load(QUESTIONS.read_text("utf-8"))
    catalogue = load_catalogue()
    with tempfile.TemporaryDirectory() as folder:
        print(f"loading {len(catalogue)} records: {best(lambda: load_catalogue(PACKAGED)):.3f} s")
        recall(catalogue, questions, Path(folder))
        speed(replicated(catalogue, size), questions, Path(folder))


def replicated(catalogue: Catalogue, size: int) -> Catalogue:
    """Copies of the records, told apart by id and name."""
    copies = [copy(catalogue.entries[i % len(catalogue)], i // len(catalogue)) for i in range(size)]
    return Catalogue(tuple(copies))


def copy(entry: Entry, number: int) -> Entry:
    """The record with a number in its id and name."""
    return entry.model_copy(update={"id": f"{entry.id}-{number}", "name": f"{entry.name} copy{number}"})


def recall(catalogue: Catalogue, questions: list[dict], folder: Path) -> None:
    """Recall at five of the questions, what is missed, and the same without synonyms as a control."""
    index = Index(catalogue, folder)
    concepts = {concept.tokens[:1] for concept in CONCEPTS}
    for name, without in (("", set()), (" without synonyms", concepts)):
        shares = []
        for question in questions:
            phrases = [phrase for phrase in question_phrases(question["ask"]) if phrase not in without]
            found = [entry for entry, _ in index.ranked(phrases, 5)]
            missed = [entry for entry in question["expect"] if entry not in found]
            shares.append(1 - len(missed) / len(question["expect"]))
            if missed and not without:
                print(f"  {question['ask']}: misses {', '.join(missed)}; gives {', '.join(found)}")
        print(f"recall@5 over {len(shares)} questions{name}: {statistics.mean(shares):.3f}")


def speed(catalogue: Catalogue, questions: list[dict], folder: Path) -> None:
    """Time to build the index at that size, and to answer with and without a filter."""
    started = time.process_time()
    index = Index(catalogue, folder)
    print(f"index of {len(catalogue):,} records: {time.process_time() - started:.2f} s")
    (file,) = [path for path in folder.glob("catalogue/*.sqlite") if path.stat().st_size > 1_000_000]
    print(f"  on disk: {file.stat().st_size / 1e6:.1f} MB")
    asked = [question_phrases(question["ask"]) for question in questions]
    report("index alone", [best(lambda p=phrases: index.ranked(p, 10)) for phrases in asked])
    report("search", [best(lambda q=q: search(q["ask"], catalogue)) for q in questions])
    chosen = Filters(licence=("permissive",), has=("weights",))
    report(
        "search with two filters", [best(lambda q=q: search(q["ask"], catalogue, chosen)) for q in questions]
    )


def best(act: Callable[[], object], tries: int = 3) -> float:
    """Seconds of the fastest try."""
    times = []
    for _ in range(tries):
        started = time.process_time()
        act()
        times.append(time.process_time() - started)
    return min(times)


def report(name: str, seconds: list[float]) -> None:
    """Median and worst of the questions, in milliseconds."""
    print(f"{name}: median {statistics.median(seconds) * 1e3:.1f} ms, worst {max(seconds) * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
