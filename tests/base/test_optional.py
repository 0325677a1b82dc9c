from __future__ import annotations

import sys

import pytest

from diptych.base.errors import DiptychError
from diptych.base.optional import EXTRAS, optional


@pytest.mark.parametrize("module", EXTRAS)
def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DiptychError, match=rf"pip install 'diptych\[{EXTRAS[module]}\]'"):
        optional(module, "extractor x")
