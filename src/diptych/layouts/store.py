"""A shape model on disk: one small file of numbers, read without running anything in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diptych.base.atomic import write_bytes
from diptych.base.errors import DiptychError
from diptych.layouts.alignment import MODES, POSE
from diptych.layouts.gaussian import Gaussian
from diptych.layouts.plans import PLANS
from diptych.layouts.shapes import ShapeModel
from diptych.records.sample import Body

SCHEMA = 1
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
    parts, forms = len(plan.codes), int(plan.form.max()) + 1
    sizes = {"places": 4 + (POSE + 1) * parts, "looks": (MODES + 1) * parts}
    sizes = {name: size + len(plan.hideable) for name, size in sizes.items()}
    shapes = {
        "schema": (1,), "chest": (1,), "middles": (parts, 2), "forms": (forms, plan.landmarks, 2),
        "modes": (forms, MODES, plan.landmarks, 2), "seen": (parts,), "rows": (1,),
    }  # fmt: skip
    for name, size in sizes.items():
        shapes |= {f"{name} mean": (size,), f"{name} unit": (size,), f"{name} floor": (1,)}
        shapes[f"{name} covariance"] = (size * (size + 1) // 2,)
    for name, shape in shapes.items():
        if name not in arrays or arrays[name].shape != shape or not np.isfinite(arrays[name]).all():
            raise DiptychError.of(where, f"{name} is missing or damaged", "fit the shape model again")
    if arrays["schema"][0] != SCHEMA:
        raise DiptychError.of(where, f"is not schema {SCHEMA}", "fit the shape model with this version")
    wide = {name: np.asarray(array, np.float64) for name, array in arrays.items()}
    places, looks = (_gaussian(wide, name, size) for name, size in sizes.items())
    return ShapeModel(
        plan, wide["middles"], wide["forms"], wide["modes"], places, looks, wide["seen"] > 0,
        int(wide["rows"][0]),
    )  # fmt: skip


def _gaussian(wide: Mapping[str, NDArray[np.float64]], name: str, size: int) -> Gaussian:
    covariance = np.zeros((size, size))
    covariance[np.triu_indices(size)] = wide[f"{name} covariance"]
    covariance += np.triu(covariance, 1).T
    floor = float(wide[f"{name} floor"][0])
    return Gaussian(wide[f"{name} mean"], wide[f"{name} unit"], covariance, floor)


def save_model(model: ShapeModel, path: Path) -> None:
    """Write a model as `.npz`."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **to_arrays(model))  # type: ignore[arg-type]
    write_bytes(path, buffer.getvalue())


def load_model(path: Path) -> ShapeModel:
    """Read a model back. Raises `DiptychError` naming the file that is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise DiptychError.of(str(path), "is missing", "fit a shape model and save it there") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DiptychError.of(str(path), f"cannot be read ({error})", "fit the shape model again") from None
    return of_arrays(arrays, str(path))
