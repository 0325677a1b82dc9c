"""The label-map family: a generator that paints what a label map and a list of findings ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from diptych.models.gan.critic import Critic, CriticConfig
from diptych.models.gan.generator import Generator, GeneratorConfig
from diptych.models.gan.grown import GrownCritic, GrownGenerator
from diptych.models.gan.labels import LabelPlanes, LayerConfig
from diptych.models.gan.style import StyleEncoder, StylePrior


@dataclass(frozen=True, kw_only=True)
class GanConfig:
    """Everything that is needed to build the generator and to speak to it."""

    body: Literal["panoramic", "chest"]
    size: tuple[int, int]
    """Rows and columns, multiples of 16."""
    layers: tuple[LayerConfig, ...]
    """Layers of the label map; the first is the one that every training image has."""
    slots: tuple[str, ...]
    """Names of the findings and groups that can be asked for."""
    style: int = 64
    ground: tuple[int, int, int] = (4, 8, 16)
    """See `GeneratorConfig.ground`."""
    widths: tuple[int, ...] = (128, 96, 64, 32)
    critic_widths: tuple[int, ...] = (32, 64, 96, 128)
    grown: bool = False
    """Whether it was grown to twice the size of what it learned first."""
    micro_batch: int = 8

    @property
    def layer(self) -> str:
        """The layer that every training image has."""
        return self.layers[0].name

    def build(self) -> Gan:
        """A generator with fresh weights."""
        return Gan(self)


class Gan(nn.Module):
    """A label map in, a radiograph out; a style is read from an image or drawn. A critic trains it."""

    def __init__(self, config: GanConfig) -> None:
        super().__init__()
        self.config = config
        self.planes = LabelPlanes(config.layers)
        core = Generator(
            GeneratorConfig(
                planes=self.planes.count,
                findings=len(config.slots) + 1,
                style=config.style,
                ground=config.ground,
                widths=config.widths,
            )
        )
        self.prior = StylePrior(core.config.told, core.config.findings)
        self.generator: Generator | GrownGenerator = GrownGenerator(core) if config.grown else core
        self.encoder = StyleEncoder(config.style, config.ground)
        self.critic: Critic | GrownCritic | None = None

    def add_critic(self) -> Critic | GrownCritic:
        """Put a fresh critic beside the generator."""
        config = CriticConfig(
            classes=self.planes.classes,
            findings=len(self.config.slots) + 1,
            widths=self.config.critic_widths,
        )
        core = Critic(config)
        self.critic = GrownCritic(core) if self.config.grown else core
        return self.critic

    def take_over(self, smaller: Gan) -> None:
        """Begin as a trained generator: of the same size, or of half the size if this one is grown."""
        self.prior.load_state_dict(smaller.prior.state_dict())
        self.encoder.load_state_dict(smaller.encoder.state_dict())
        weights = smaller.generator.state_dict()
        if isinstance(self.generator, GrownGenerator) and not smaller.config.grown:
            self.generator.core.load_state_dict(weights)
        else:
            self.generator.load_state_dict(weights)

    def packaged(self) -> dict[str, Tensor]:
        """The weights without the critic's: a painter, where styles come from, and how one is read."""
        needed = ("generator.", "prior.", "encoder.")
        return {name: value for name, value in self.state_dict().items() if name.startswith(needed)}

    def claims(self, slots: Tensor, phantom: Tensor) -> Tensor:
        """Slots (B, S) and is-phantom (B,) as the one vector that generator and critic are told."""
        return torch.cat([slots, phantom.float()[:, None]], 1)

    def read_style(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance (B, S) of images (B, 1, H, W), read at the size that was learned first."""
        seen = F.avg_pool2d(image, 2) if self.config.grown else image
        mean, spread = self.encoder(seen)
        return mean, spread

    @torch.no_grad()
    def paint(
        self, maps: Tensor, slots: Tensor, generators: list[torch.Generator], *, phantom: bool = False
    ) -> Tensor:
        """Images (B, H, W) uint8 of maps (B, L, H, W) int64 and slots (B, S), each row by its generator."""
        domain = torch.full((len(slots),), int(phantom))
        white = torch.stack([torch.randn(self.prior.mean.shape[1], generator=g) for g in generators])
        grain = torch.stack([torch.randn(1, *maps.shape[-2:], generator=g) for g in generators])
        claims = self.claims(slots, domain)
        style = self.prior.draw(white, claims)
        image = self.generator(self.planes.encode(maps), claims, style, grain)[:, 0]
        grey: Tensor = ((image + 1) * 127.5).round().clamp(0, 255)
        return grey.to(torch.uint8)
