"""Ids: safe file names that Hugging Face's loader does not take for splits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diptych.records import is_id, safe_id


@pytest.mark.parametrize(
    "text", ["a", "phantom-chest-00000001", "ieee_a.png", "restraint_1", "evaluate", "A" * 120]
)
def test_lawful(text: str) -> None:
    assert is_id(text) and safe_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a..b",
        "../a",
        "a/b",
        "a b",
        "-a",
        "a.",
        "é",
        "A" * 121,
        "train_1",
        "x-test",
        "a1val2",
        "Dev",
        "a\n",
    ],
)
def test_unlawful(text: str) -> None:
    assert not is_id(text)


def test_safe_ids() -> None:
    assert safe_id("kerm_train_NORMAL") == "kerm_tr_NORMAL"
    assert safe_id("test-validation.eval_dev") == "te-va.ev_de"
    assert safe_id("my model/2") == "my-model-2" and safe_id("..") == "x"
    assert is_id(safe_id("a" * 115 + "-evaluate"))


@given(st.text(max_size=150))
def test_safe_ids_are_ids(text: str) -> None:
    assert is_id(safe_id(text))
