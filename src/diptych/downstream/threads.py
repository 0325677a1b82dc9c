"""How many threads a computation may use."""

from __future__ import annotations


def one_thread() -> None:
    """Let this process compute on one thread: sums come out the same wherever and beside whom it runs."""
    import torch

    torch.set_num_threads(1)
