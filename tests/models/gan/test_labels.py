from __future__ import annotations

import torch

from diptych.models.gan.labels import UNKNOWN, LabelPlanes, LayerConfig, edges
from diptych.recipes import recipe

LAYERS = (
    LayerConfig(name="teeth"),
    LayerConfig(name="anatomy", kinds=(1, 2, 3, 3)),
    LayerConfig(name="findings", kinds=(1, 2)),
)


def maps() -> torch.Tensor:
    """One label map of 4 x 6: two teeth, a sided anatomy, one lesion."""
    out = torch.zeros(1, 3, 4, 6, dtype=torch.long)
    out[0, 0, :, 0:2], out[0, 0, :, 2:4] = 18, 41
    out[0, 1, 0, :3], out[0, 1, 0, 3:] = 3, 4
    out[0, 2, 1, 0] = 2
    return out


def test_planes_say_tooth_kind_and_what_is_known() -> None:
    coding = LabelPlanes(LAYERS)
    planes = coding.encode(maps())
    assert planes.shape == (1, coding.count, 4, 6)
    tooth, quadrant_1, quadrant_4 = planes[0, 0], planes[0, 1], planes[0, 4]
    assert tooth[:, :4].all() and not tooth[:, 4:].any()
    assert quadrant_1[:, :2].all() and quadrant_4[:, 2:4].all()
    anatomy = planes[0, 14:17]
    assert anatomy[2, 0].all(), "right and left are of one kind"
    assert planes[0, -3:].all(), "all layers are known"


def test_a_layer_that_nobody_drew_is_empty_and_says_so() -> None:
    shown = maps()
    shown[:, 1] = UNKNOWN
    planes = LabelPlanes(LAYERS).encode(shown)
    assert not planes[0, 14:17].any()
    assert planes[0, -3:, 0, 0].tolist() == [1.0, 0.0, 1.0]


def test_each_pixel_is_of_one_class_findings_over_teeth() -> None:
    coding = LabelPlanes(LAYERS)
    classes = coding.render(maps())
    assert coding.classes == 1 + 16 + 2
    assert classes[0, 0].tolist() == [8, 8, 9, 9, 0, 0], "third molar above, first incisor below"
    assert classes[0, 1, 0] == 1 + 16 + 1
    assert int(classes.max()) < coding.classes


def test_edges_lie_between_teeth() -> None:
    assert edges(maps()[:, 0])[0, 0, 0].tolist() == [0, 1, 0, 1, 0, 0]


def test_every_recipe_of_the_family_knows_the_standard_layers() -> None:
    for name in ("panoramic_gan_256", "chest_gan"):
        model = recipe(name).model
        assert [layer.name for layer in model.layers][1:] == ["anatomy", "findings"]
        assert all(set(layer.kinds) == set(range(1, layer.count + 1)) for layer in model.layers)
