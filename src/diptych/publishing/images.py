"""Images into another layout: PNG files are copied as they are, marks and all."""

from __future__ import annotations

import shutil
from pathlib import Path

from diptych.records.images import encode_png
from diptych.records.reading import Row
from diptych.records.sample import Sample


def put_image(row: Row, sample: Sample, path: Path) -> None:
    """Put the sample's image at `path` (a PNG), with the text chunks that say it is synthetic."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if row.image.suffix.lower() == ".png":
        shutil.copyfile(row.image, path)
    else:
        path.write_bytes(encode_png(sample.image))
