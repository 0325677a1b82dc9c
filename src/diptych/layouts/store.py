"""A shape model on disk: one small file of numbers, read without running anything in it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diptych.base.atomic import write_bytes
from diptych.base.errors import DiptychError
from diptych.layouts.alignment import MODES, POSE
from diptych.layouts.gaussian import FLOOR, Gaussian
from diptych.layouts.plans import PLANS, Plan
from diptych.layouts.shapes import LEAST_ROWS, ShapeModel
from diptych.layouts.unzipped import read_arrays
from diptych.records.sample import Body

SCHEMA = 1
FARTHEST = 20.0
"""Of any number in a model: they are image heights, radians, logarithms and standard deviations."""
Arrays = Mapping[str, NDArray[np.float32]]


def to_arrays(model: ShapeModel) -> dict[str, NDArray[np.float32]]:
    """The model as named float32 arrays, for a file of its own or inside a checkpoint.

    Covariances are symmetric, so only their upper triangles are kept.
    """
    arrays = {
        "schema": np.array([SCHEMA]),
        "chest": np.array([model.plan.body == "chest"]),
        "middles": model.middles,
        "forms": model.forms,
        "modes": model.modes,
        "seen": model.seen,
        "rows": np.array([model.rows]),
    }
    for name, gaussian in (("places", model.places), ("looks", model.looks)):
        upper = gaussian.covariance[np.triu_indices(len(gaussian.mean))]
        floor = np.array([gaussian.floor])
        arrays |= {f"{name} mean": gaussian.mean, f"{name} unit": gaussian.unit}
        arrays |= {f"{name} covariance": upper, f"{name} floor": floor}
    return {name: np.asarray(array, np.float32) for name, array in arrays.items()}


def of_arrays(arrays: Arrays, where: str = "shape model") -> ShapeModel:
    """The model that `to_arrays` gave. Raises `DiptychError` naming what is missing or does not fit."""
    body: Body = "chest" if np.any(arrays.get("chest", np.zeros(1))) else "panoramic"
    plan = PLANS[body]
    sizes = _sizes(plan)
    for name, shape in _shapes(plan).items():
        if name not in arrays or not _lawful(name, arrays[name], shape):
            raise DiptychError.of(where, f"{name} is missing or damaged", "fit the shape model again")
    if arrays["schema"][0] != SCHEMA:
        raise DiptychError.of(where, f"is not schema {SCHEMA}", "fit the shape model with this version")
    wide = {name: np.asarray(array, np.float64) for name, array in arrays.items()}
    places, looks = (_gaussian(wide, name, size, where) for name, size in sizes.items())
    return ShapeModel(
        plan, wide["middles"], wide["forms"], wide["modes"], places, looks, wide["seen"] > 0,
        int(wide["rows"][0]), where,
    )  # fmt: skip


def _sizes(plan: Plan) -> dict[str, int]:
    """Values of both Gaussians."""
    parts = len(plan.codes)
    sizes = {"places": 4 + (POSE + 1) * parts, "looks": (MODES + 1) * parts}
    return {name: size + len(plan.hideable) for name, size in sizes.items()}


def _shapes(plan: Plan) -> dict[str, tuple[int, ...]]:
    """The arrays of a file, and their shapes."""
    parts, forms = len(plan.codes), int(plan.form.max()) + 1
    shapes: dict[str, tuple[int, ...]] = {
        "schema": (1,), "chest": (1,), "middles": (parts, 2), "forms": (forms, plan.landmarks, 2),
        "modes": (forms, MODES, plan.landmarks, 2), "seen": (parts,), "rows": (1,),
    }  # fmt: skip
    for name, size in _sizes(plan).items():
        shapes |= {f"{name} mean": (size,), f"{name} unit": (size,), f"{name} floor": (1,)}
        shapes[f"{name} covariance"] = (size * (size + 1) // 2,)
    return shapes


def _lawful(name: str, array: NDArray[np.float32], shape: tuple[int, ...]) -> bool:
    """Whether an array is as large as it must be, and its numbers are of a kind that was fitted."""
    if array.shape != shape or array.dtype.kind != "f" or not np.isfinite(array).all():
        return False
    if name == "rows":
        return bool(LEAST_ROWS <= array[0] < 2**24)
    least, most = {"unit": (FLOOR / 2, FARTHEST), "floor": (0.0, 0.99)}.get(
        name.rsplit(maxsplit=1)[-1], (-FARTHEST, FARTHEST)
    )
    return bool((array >= least).all() and (array <= most).all())


def _gaussian(wide: Mapping[str, NDArray[np.float64]], name: str, size: int, where: str) -> Gaussian:
    covariance = np.zeros((size, size))
    covariance[np.triu_indices(size)] = wide[f"{name} covariance"]
    covariance += np.triu(covariance, 1).T
    try:
        np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        what = f"{name} covariance is none"
        raise DiptychError.of(where, what, "fit the shape model again") from None
    floor = float(wide[f"{name} floor"][0])
    return Gaussian(wide[f"{name} mean"], wide[f"{name} unit"], covariance, floor)


def to_bytes(model: ShapeModel) -> bytes:
    """A model as the bytes of a `.npz` file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **to_arrays(model))  # type: ignore[arg-type]
    return buffer.getvalue()


def save_model(model: ShapeModel, path: Path) -> None:
    """Write a model as `.npz`."""
    write_bytes(path, to_bytes(model))


def load_model(path: Path) -> ShapeModel:
    """Read a model back. Raises `DiptychError` naming the file that is missing or damaged."""
    return of_arrays(read_arrays(path, _shapes(PLANS["panoramic"])), str(path))
