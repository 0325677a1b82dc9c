"""How strict the gate of each body region is."""

from __future__ import annotations

from diptych.records.gate import GateConfig

CHEST = GateConfig()
"""Judges of lungs hardly err, so what one real image in twenty falls short of is close to all others."""

PANORAMIC = GateConfig(agreement=0.15)
"""On real images that it does not understand, a judge of teeth numbers whole rows wrongly; a threshold that
let those pass would let synthetic images with wrongly numbered rows pass, too."""
