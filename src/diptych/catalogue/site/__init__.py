"""The catalogue as pages that need no server and no network, and its figures as SVG.

Names are loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diptych.base.lazy import lazy

if TYPE_CHECKING:
    from diptych.catalogue.site.building import build_site as build_site
    from diptych.catalogue.site.figures import Figure as Figure
    from diptych.catalogue.site.figures import draw_figures as draw_figures
    from diptych.catalogue.site.figures import write_figures as write_figures
    from diptych.catalogue.site.jsonld import dataset_jsonld as dataset_jsonld
    from diptych.catalogue.site.matrices import Matrix as Matrix
    from diptych.catalogue.site.matrices import cross as cross

_HOMES = {
    "Figure": "figures",
    "Matrix": "matrices",
    "build_site": "building",
    "cross": "matrices",
    "draw_figures": "figures",
    "dataset_jsonld": "jsonld",
    "write_figures": "figures",
}
__getattr__, __dir__ = lazy(__name__, _HOMES)
