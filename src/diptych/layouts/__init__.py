"""Label maps without a patient: layouts composed for a request, checked, repaired and balanced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diptych.base.lazy import lazy

if TYPE_CHECKING:
    from diptych.layouts.balance import draw_balanced as draw_balanced
    from diptych.layouts.balance import histogram as histogram
    from diptych.layouts.checking import check as check
    from diptych.layouts.composers import COMPOSERS as COMPOSERS
    from diptych.layouts.composers import compose as compose
    from diptych.layouts.examining import validity as validity
    from diptych.layouts.layout import Layout as Layout
    from diptych.layouts.perturb import layouts_of as layouts_of
    from diptych.layouts.repairing import repair as repair
    from diptych.layouts.requests import Request as Request
    from diptych.layouts.requests import draw_request as draw_request
    from diptych.layouts.requests import make_request as make_request
    from diptych.layouts.requests import read_request as read_request
    from diptych.layouts.shapes import ShapeModel as ShapeModel
    from diptych.layouts.store import load_model as load_model
    from diptych.layouts.store import save_model as save_model

_HOMES = {
    "balance": ("draw_balanced", "histogram"),
    "checking": ("check",),
    "composers": ("COMPOSERS", "compose"),
    "layout": ("Layout",),
    "perturb": ("layouts_of",),
    "repairing": ("repair",),
    "requests": ("Request", "draw_request", "make_request", "read_request"),
    "shapes": ("ShapeModel",),
    "store": ("load_model", "save_model"),
    "examining": ("validity",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__getattr__, __dir__ = lazy(__name__, _HOME)
