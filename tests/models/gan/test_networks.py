from __future__ import annotations

import pytest
import torch

from diptych.models.gan.critic import Critic
from diptych.models.gan.disguise import Disguise
from diptych.models.gan.gan import Gan, GanConfig
from diptych.models.gan.grown import GrownCritic, GrownGenerator, doubled
from diptych.models.gan.labels import LayerConfig
from diptych.models.gan.losses import calling_painted, class_weights, naming, relative, steepness
from diptych.models.gan.style import RIDGE, StylePrior

CONFIG = GanConfig(
    body="panoramic",
    size=(32, 64),
    layers=(LayerConfig(name="teeth"), LayerConfig(name="findings", kinds=(1, 2))),
    slots=("a", "b", "c"),
    style=8,
    ground=(2, 2, 4),
    widths=(24, 20, 16, 16),
    critic_widths=(16, 16, 20, 24),
)


@pytest.fixture
def gan() -> Gan:
    """A small generator with busy weights, critic beside it."""
    torch.manual_seed(0)
    model = CONFIG.build()
    model.add_critic()
    for parameter in model.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    return model.eval()


def inputs(model: Gan, rows: int = 2, size: tuple[int, int] = (32, 64)) -> tuple[torch.Tensor, ...]:
    """Planes, claims, style and grain."""
    maps = torch.zeros(rows, 2, *size, dtype=torch.long)
    maps[:, 0, 8:20, 10:30] = 16
    return (
        model.planes.encode(maps),
        torch.rand(rows, 4),
        torch.randn(rows, 8 + 16),
        torch.randn(rows, 1, *size),
    )


def critic_of(model: Gan) -> Critic:
    assert model.critic is not None
    return model.critic


@pytest.mark.parametrize("size", [(32, 64), (48, 48), (64, 32)])
def test_any_height_and_width_will_do(gan: Gan, size: tuple[int, int]) -> None:
    planes, claims, style, grain = inputs(gan, size=size)
    image = gan.generator(planes, claims, style, grain)
    assert image.shape == (2, 1, *size)
    verdict = critic_of(gan)(image, claims)
    assert verdict.score.shape == (2,)
    assert verdict.pixels.shape == (2, gan.planes.classes + 1, *size)


def test_the_same_seed_paints_the_same_whatever_its_neighbours(gan: Gan) -> None:
    maps = torch.zeros(2, 2, 32, 64, dtype=torch.long)
    slots = torch.zeros(2, 3)
    first = gan.paint(maps, slots, [torch.Generator().manual_seed(s) for s in (1, 2)])
    second = gan.paint(maps, slots, [torch.Generator().manual_seed(s) for s in (1, 7)])
    assert torch.equal(first[0], second[0])
    assert not torch.equal(first[1], second[1])


def test_style_findings_and_labels_reach_the_image(gan: Gan) -> None:
    planes, claims, style, grain = inputs(gan)
    image = gan.generator(planes, claims, style, grain)
    assert not torch.allclose(image, gan.generator(planes, 1 - claims, style, grain))
    assert not torch.allclose(image, gan.generator(planes, claims, -style, grain))
    assert not torch.allclose(image, gan.generator(planes * 0, claims, style, grain))


def test_the_packaged_weights_leave_the_critic_out(gan: Gan) -> None:
    assert {name.partition(".")[0] for name in gan.packaged()} == {"generator", "prior", "encoder"}
    CONFIG.build().load_state_dict(gan.packaged())


def test_a_grown_pair_begins_as_the_old_one(gan: Gan) -> None:
    planes, claims, style, grain = inputs(gan, size=(64, 128))
    grown = GrownGenerator(gan.generator)
    half = torch.nn.functional.avg_pool2d
    small = gan.generator(half(planes, 2), claims, style, 2 * half(grain, 2))
    image = grown(planes, claims, style, grain)
    assert torch.equal(image, doubled(small))
    verdict, old = GrownCritic(critic_of(gan))(image, claims), critic_of(gan)(half(image, 2), claims)
    assert torch.equal(verdict.score, old.score)
    assert torch.equal(verdict.pixels[:, :, ::2, ::2], old.pixels)


def test_a_disguise_moves_image_and_classes_together() -> None:
    torch.manual_seed(0)
    classes = torch.randint(0, 2, (16, 32, 64))
    image = classes.float()[:, None]
    seen, moved = Disguise.draw(16, 1.0)(image, classes)
    uncovered = seen[:, 0] != 0
    # Within an image brightness and contrast keep the order of the two grey levels.
    for row in range(16):
        high, low = seen[row, 0][uncovered[row] & (moved[row] == 1)], seen[row, 0][moved[row] == 0]
        assert high.min() > low[low != 0].max()
    same, classes_kept = Disguise.draw(16, 0.0)(image, classes)
    torch.testing.assert_close(same, image)
    assert torch.equal(classes_kept, classes)


def test_a_disguise_is_the_same_for_an_image_and_its_painting() -> None:
    torch.manual_seed(0)
    worn = Disguise.draw(6, 1.0)
    image, classes = torch.randn(6, 1, 32, 64), torch.zeros(6, 32, 64, dtype=torch.long)
    assert torch.equal(worn(image, classes)[0], worn(image.clone(), classes)[0])


def test_a_style_has_its_place(gan: Gan) -> None:
    planes, claims, style, grain = inputs(gan, size=(64, 128))
    moved = style.clone()
    cells = moved[:, 8:].view(2, 2, 2, 4)
    cells[:, :, 0, 0] += 3
    change = (gan.generator(planes, claims, moved, grain) - gan.generator(planes, claims, style, grain)).abs()
    assert change[..., :32, :32].mean() > 4 * change[..., 32:, 96:].mean()


def test_new_styles_go_together_as_those_that_were_seen() -> None:
    torch.manual_seed(0)
    mix = torch.tensor([[1.0, 0.0, 0.0], [0.8, 0.3, 0.0], [0.0, 0.0, 2.0]])
    prior, middle = StylePrior(3, claims=2), torch.tensor([1.0, -2.0, 0.5])
    real, phantom = torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    for _ in range(3000):
        prior.follow(torch.randn(4, 3) @ mix.T + middle, torch.cat([real, real, real, phantom]))
    drawn = prior.draw(torch.randn(4000, 3), real.expand(4000, -1))
    torch.testing.assert_close(drawn.mean(0), middle, atol=0.2, rtol=0)
    torch.testing.assert_close(drawn.T.cov(), mix @ mix.T, atol=0.4, rtol=0.1)
    alone = prior.draw(torch.ones(1, 3), real)
    company = prior.draw(torch.cat([torch.ones(1, 3), torch.randn(7, 3)]), real.expand(8, -1))
    assert torch.equal(alone[0], company[0])


def test_new_styles_show_what_is_claimed() -> None:
    """Where a style tells of a finding, it is drawn with the finding that is asked for, in its own domain."""
    torch.manual_seed(0)
    prior, effect = StylePrior(3, claims=3), torch.tensor([[2.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
    claims = (torch.rand(5000, 3) < 0.5).float()
    styles = torch.randn(5000, 3) + claims[:, :2] @ effect * claims[:, 2:]
    prior.fit(styles, claims)
    wanted, none = torch.tensor([[1.0, 0.0, 1.0]]), torch.tensor([[0.0, 0.0, 1.0]])
    white = torch.randn(4000, 3)
    gap = prior.draw(white, wanted.expand(4000, -1)) - prior.draw(white, none.expand(4000, -1))
    torch.testing.assert_close(gap.mean(0), effect[0] * 0.25 / (0.25 + RIDGE), atol=0.1, rtol=0)
    drawn = prior.draw(white, torch.tensor([[1.0, 1.0, 0.0]]).expand(4000, -1))
    torch.testing.assert_close(drawn.mean(0), torch.zeros(3), atol=0.15, rtol=0)
    torch.testing.assert_close(drawn.T.cov(), torch.eye(3), atol=0.15, rtol=0)


def test_losses_follow_their_formulae() -> None:
    better, worse = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 0.0])
    wanted = (torch.log1p(torch.exp(torch.tensor(-2.0))) + torch.log(torch.tensor(2.0))) / 2
    torch.testing.assert_close(relative(better, worse), wanted)
    classes = torch.zeros(1, 4, 4, dtype=torch.long)
    classes[0, 0, 0] = 1
    weights = class_weights(classes, 3)
    torch.testing.assert_close(weights[classes].mean(), torch.tensor(1.0))
    assert 1 < weights[1] / weights[0] <= 8
    flat = torch.zeros(1, 4, 4, 4)
    torch.testing.assert_close(naming(flat, classes, weights), torch.log(torch.tensor(4.0)))
    torch.testing.assert_close(calling_painted(flat), torch.log(torch.tensor(4.0)))


def test_steepness_is_the_squared_slope(gan: Gan) -> None:
    critic = critic_of(gan).double()
    torch.manual_seed(1)
    image, claims = torch.randn(1, 1, 32, 64).double(), torch.rand(1, 4).double()

    def said(x: torch.Tensor) -> torch.Tensor:
        verdict = critic(x, claims)
        return verdict.score.sum() - verdict.pixels[:, -1].mean((1, 2)).sum()

    direction = torch.randn_like(image)
    direction /= direction.norm()
    slope = torch.autograd.functional.jacobian(said, image)
    step = 1e-3
    rise = (said(image + step * direction) - said(image - step * direction)) / (2 * step)
    torch.testing.assert_close((slope * direction).sum(), rise.double(), atol=2e-3, rtol=2e-2)
    found = steepness(critic, image, claims)
    torch.testing.assert_close(found, slope.pow(2).sum().to(found.dtype), atol=1e-8, rtol=1e-3)
