"""The families of generators: what their configs and their networks are, and what they are called on disk."""

from __future__ import annotations

from diptych.models.diffusion.flow import Flow, FlowConfig
from diptych.models.gan.gan import Gan, GanConfig
from diptych.models.pair import Pair, PairConfig

ModelConfig = PairConfig | GanConfig | FlowConfig
Model = Pair | Gan | Flow

FAMILIES: dict[str, type[PairConfig] | type[GanConfig] | type[FlowConfig]] = {
    "pair": PairConfig,
    "gan": GanConfig,
    "flow": FlowConfig,
}
"""Names in `config.json`."""


def family_of(config: ModelConfig) -> str:
    """The name of a config's family."""
    return next(name for name, kind in FAMILIES.items() if isinstance(config, kind))
