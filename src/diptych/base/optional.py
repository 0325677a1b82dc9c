"""Packages that come with an extra: imported when they are needed, with one helpful error."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from diptych.base.errors import DiptychError

EXTRAS = {
    "skimage": "radiomics",
    "pywt": "radiomics",
    "onnxruntime": "onnx",
    "monai": "diffusion",
    "einops": "diffusion",
    "ray": "ray",
    "bibtexparser": "review",
    "pylatexenc": "review",
    "rapidfuzz": "review",
}
"""The extra of this package that brings each optional package."""


def optional(module: str, what: str, extra: str = "") -> Any:
    """The module, or a `DiptychError` that says with which extra `what` would have it.

    `extra` names one where several bring the package.
    """
    extra = extra or EXTRAS[module.partition(".")[0]]
    try:
        return import_module(module)
    except ImportError as error:
        reason = f"needs {module}, which cannot be imported ({error})"
        raise DiptychError.of(what, reason, f"pip install 'diptych[{extra}]'") from None
