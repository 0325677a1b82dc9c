from __future__ import annotations

import pytest

from diptych.generation.rounds import MOST, Rounds


def seeds_of(batch: int, refused: set[int]) -> list[tuple[int, int]]:
    """(number, seed) of all tries, where these seeds are refused."""
    rounds, tried = Rounds(4, 10, batch), []
    for numbers, seeds in rounds:
        for number, seed in zip(numbers, seeds, strict=True):
            tried.append((number, seed))
            if seed in refused:
                rounds.again(number)
    return tried


def test_without_a_refusal_seeds_follow_each_other() -> None:
    assert seeds_of(2, set()) == [(0, 10), (1, 11), (2, 12), (3, 13)]


@pytest.mark.parametrize("batch", [1, 3, 8])
def test_refused_numbers_come_again_with_the_next_seeds(batch: int) -> None:
    tried = seeds_of(batch, {11, 13, 14})
    assert tried == [(0, 10), (1, 11), (2, 12), (3, 13), (1, 14), (3, 15), (1, 16)]


def test_there_is_an_end() -> None:
    rounds = Rounds(3, 0, 2)
    for numbers, _ in rounds:
        for number in numbers:
            rounds.again(number)
    assert rounds.tried == 3 * MOST
