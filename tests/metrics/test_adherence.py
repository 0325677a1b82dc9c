from __future__ import annotations

import numpy as np
import pytest

from diptych.base.errors import DiptychError
from diptych.metrics.adherence import absent_rate, all_absent_rate, named, presence, present_rate
from diptych.records.finding import Finding


def test_presence_ignores_fragments() -> None:
    masks = np.zeros((2, 100, 100), np.uint8)
    masks[0, :3, :3] = 18
    masks[1, 0, :5] = 18
    assert presence(masks, (18, 28)).tolist() == [[True, False], [False, False]]
    assert presence(masks, (18,), least=0).tolist() == [[True], [True]]


def test_rates_by_hand() -> None:
    codes = (18, 28, 11)
    asked = named([[Finding("missing", "18"), Finding("missing", "28")], [Finding("caries", "18")]], codes)
    assert asked.tolist() == [[True, True, False], [False, False, False]]
    shown = np.array([[True, False, True], [True, True, False]])
    assert absent_rate(shown, asked).value == 0.5
    assert absent_rate(shown, asked).n == 1
    assert all_absent_rate(shown, asked).value == 0
    assert present_rate(shown, asked).value == pytest.approx((1 + 2 / 3) / 2)
    with pytest.raises(DiptychError, match="asked to be absent"):
        absent_rate(shown, asked & False)
    with pytest.raises(DiptychError, match="every"):
        present_rate(shown, asked | True)
