"""Networks in ONNX files, opened so that nothing outside the file is read."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from diptych.base.errors import DiptychError
from diptych.base.optional import optional


def onnx_session(data: bytes, path: Path, what: str) -> Any:
    """A session of onnxruntime on the processor; `path` and `what` wants it are for messages.

    Raises `DiptychError` when onnxruntime is missing, the bytes are no ONNX network, or weights lie in
    another file.
    """
    runtime = optional("onnxruntime", what)
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    with TemporaryDirectory() as empty:
        # The hash covers this file alone: weights in another one are looked for where nothing lies.
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", empty)
        try:
            return runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        # The runtime raises its own types, which it does not export.
        except Exception as error:
            reason = " ".join(str(error).split())[:160]
            outside = "external data" in reason.lower()
            wrong = "keeps weights in another file" if outside else f"is no ONNX network ({reason})"
            raise DiptychError.of(str(path), wrong, "export it as one whole file") from None
