"""Plain DICOM radiographs: rescaled, windowed, the right way round, 16 bits kept, identity dropped."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import arg

from diptych.base.errors import DiptychError, Problems
from diptych.sources import planning
from diptych.sources.intake import SOURCES, Intake, SourceCard
from diptych.sources.meaning import groups_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pydicom import Dataset

    from diptych.records.sample import Grey, Record, Sample

_MARK = b"DICM"
_NAMED = (".dcm", ".dicom")
_GREY = ("MONOCHROME1", "MONOCHROME2")
_VIEWS = {"AP": "AP", "PA": "PA", "LL": "lateral", "RL": "lateral", "LATERAL": "lateral"}


@SOURCES.register(SourceCard(name="dicom", summary="DICOM radiographs (CR, DX, PX)", licence="your own"))
@dataclass(frozen=True, kw_only=True)
class Dicom:
    """DICOM radiographs of a folder: rescale and window applied, MONOCHROME1 inverted, 16 bits kept.

    Of the header only the view, the sex and the age stay; patients become numbers. Compressed files
    are read where pydicom has a decoder for them and named where not.

    Example: diptych import dicom --body chest --folder export --out mine
    """

    body: Literal["chest", "panoramic"]
    """What the images show."""
    folder: Annotated[Path, arg(metavar="DIR")]
    """The folder with the files; folders inside it are read too."""
    window: Annotated[tuple[float, float] | None, arg(metavar="CENTRE WIDTH")] = None
    """Use this window instead of the one in each file."""
    val: float = 0.15
    """Share of the patients to put into the split `val`."""
    licence: str = ""
    """Licence of the images, kept with every sample."""
    name: str = "image"
    """The new ids begin with this."""

    def build(self) -> Intake:
        """Read the headers. Raises `DiptychError` naming every file that is no grey single-frame image."""
        planning.check_name(self.name)
        if self.window is not None and self.window[1] <= 0:
            raise DiptychError.of("--window", f"width {self.window[1]} is not above 0", "give CENTRE WIDTH")
        files = list_files(self.folder)
        records, marked = self._records(files)
        jobs = tuple(
            partial(_read, record, file, self.window) for record, file in zip(records, files, strict=True)
        )
        said = f"{marked} file(s) say that text is burned in; look at them before you share anything"
        return Intake(body=self.body, name=self.name, jobs=jobs, warnings=(said,) if marked else ())

    def _records(self, files: Sequence[Path]) -> tuple[tuple[Record, ...], int]:
        problems, records, marked = Problems(), [], 0
        patients = planning.Pseudonyms("s")
        for number, file in enumerate(files):
            with problems.collect():
                header = read_header(file)
                marked += str(header.get("BurnedInAnnotation", "")).upper() == "YES"
                records.append(self._record(planning.new_id(self.name, number), header, patients, file))
        problems.raise_any()
        return planning.with_validation(records, self.val), marked

    def _record(self, name: str, header: Dataset, patients: planning.Pseudonyms, file: Path) -> Record:
        from diptych.records.sample import Record

        patient = "\0".join(str(header.get(key, "")) for key in ("PatientID", "PatientName"))
        cells = {
            "view": _VIEWS.get(str(header.get("ViewPosition", "")).upper(), "")
            if self.body == "chest"
            else "",
            "sex": {"M": "M", "F": "F"}.get(str(header.get("PatientSex", "")), ""),
            "age": str(header.get("PatientAge", "")),
        }
        return Record(
            id=name,
            body=self.body,
            subject=patients.of(patient.strip("\0")),
            groups=groups_of(cells, str(file)) | {"findings": "unknown"},
            licence=self.licence,
        )


def list_files(folder: Path) -> tuple[Path, ...]:
    """The DICOM files under a folder, told by their mark or their name, sorted by path."""
    if not folder.is_dir():
        raise DiptychError.of(str(folder), "is not a folder", "check the path")
    found = tuple(path for path in sorted(folder.rglob("*")) if path.is_file() and _is_dicom(path))
    if not found:
        raise DiptychError.of(str(folder), "has no DICOM files", "give the folder that holds them")
    return found


def _is_dicom(path: Path) -> bool:
    """Also what only claims to be a DICOM file: it is reported then, not passed over."""
    return path.name.upper() != "DICOMDIR" and (path.suffix.lower() in _NAMED or _is_marked(path))


def _is_marked(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(132)[128:] == _MARK


def read_header(file: Path) -> Dataset:
    """The header without pixels. Raises `DiptychError` for what is no grey, single-frame, readable image."""
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    from diptych.records.images import MAX_PIXELS

    if not _is_marked(file):
        raise DiptychError.of(str(file), "is no DICOM file, for all its name", "export it again or remove it")
    try:
        with _quiet():
            header = dcmread(file, stop_before_pixels=True)
            rows, columns, frames = (
                int(header.get(key) or 0) for key in ("Rows", "Columns", "NumberOfFrames")
            )
    except (InvalidDicomError, OSError, EOFError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise DiptychError.of(str(file), f"cannot be read as DICOM ({error})", "replace the file") from error
    if not rows or not columns:
        raise DiptychError.of(str(file), "holds no image", "remove it from the folder")
    if rows * columns > MAX_PIXELS:
        raise DiptychError.of(
            str(file), f"{columns} x {rows} pixels are too many", "shrink or crop the image"
        )
    if frames > 1:
        raise DiptychError.of(str(file), f"has {frames} frames", "export single images")
    if header.get("PhotometricInterpretation") not in _GREY:
        found = header.get("PhotometricInterpretation")
        raise DiptychError.of(str(file), f"is {found}, not grey", "export grey radiographs only")
    _check_decoder(header, file)
    return header


@contextmanager
def _quiet() -> Iterator[None]:
    """Without pydicom's warnings of slips in the header: what matters is reported as a problem."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _check_decoder(header: Dataset, file: Path) -> None:
    from pydicom.pixels.decoders.base import get_decoder

    syntax = header.file_meta.get("TransferSyntaxUID")
    if syntax is None:
        raise DiptychError.of(str(file), "does not say how its pixels are stored", "export it again")
    if not syntax.is_compressed:
        return
    try:
        readable = get_decoder(syntax).is_available
    except NotImplementedError:
        readable = False
    if not readable:
        remedy = "export it as Explicit VR Little Endian, or install a decoder (pip install pylibjpeg[all])"
        raise DiptychError.of(str(file), f"is compressed as {syntax.name}, which cannot be read here", remedy)


def _read(record: Record, file: Path, window: tuple[float, float] | None) -> Sample:
    from diptych.records.sample import Sample

    image = read_pixels(file, window)
    return Sample(record=planning.told_by_masks(record, {}), image=image, masks={})


def read_pixels(file: Path, window: tuple[float, float] | None = None) -> Grey:
    """The image as a viewer shows it, (H, W), bright where much was absorbed.

    Rescale (or modality table), then window (or VOI table, or the whole range of values), then
    MONOCHROME1 inverted; spread over 8 bits where at most 8 are stored, over 16 otherwise
    (DICOM PS3.3 C.11.1, C.11.2; PS3.4 N.2). Raises `DiptychError` for damaged pixels.
    """
    from pydicom import dcmread

    try:
        with _quiet():
            return _rendered(dcmread(file), window)
    except DiptychError:
        raise
    except Exception as error:  # pydicom and its decoders raise anything at all for damaged files
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        remedy = "export it uncompressed, as Explicit VR Little Endian"
        raise DiptychError.of(str(file), f"has unreadable pixels ({reason})", remedy) from error


def _rendered(data: Dataset, window: tuple[float, float] | None) -> Grey:
    import numpy as np
    from pydicom.pixels.processing import apply_modality_lut

    values = np.asarray(apply_modality_lut(data.pixel_array, data), np.float64)
    unit = _windowed(values, data, window)
    inverse = data.PhotometricInterpretation == "MONOCHROME1" or data.get("PresentationLUTShape") == "INVERSE"
    unit = 1 - unit if inverse else unit
    if int(data.BitsStored) > 8:
        return np.rint(unit * (2**16 - 1)).astype(np.uint16)
    return np.rint(unit * (2**8 - 1)).astype(np.uint8)


def _windowed(
    values: NDArray[np.float64], data: Dataset, window: tuple[float, float] | None
) -> NDArray[np.float64]:
    """Values in [0, 1] by the window, the file's VOI table, or the range of the values."""
    import numpy as np
    from pydicom.pixels.processing import apply_voi

    if window is None and data.get("VOILUTSequence"):
        table = np.asarray(apply_voi(np.rint(values).astype(np.int64), data), np.float64)
        return table / max(float(2 ** int(data.VOILUTSequence[0].LUTDescriptor[2]) - 1), 1.0)
    centre, width = window or _window_of(data)
    if not width:
        low, high = float(values.min()), float(values.max())
        return (values - low) / max(high - low, 1e-9)
    if window is None and data.get("VOILUTFunction", "LINEAR") == "SIGMOID":
        return np.asarray(1 / (1 + np.exp(-4 * (values - centre) / width)))
    if data.get("VOILUTFunction", "LINEAR") == "LINEAR_EXACT" or width <= 1:
        return np.clip((values - centre) / width + 0.5, 0, 1)
    return np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)


def _window_of(data: Dataset) -> tuple[float, float]:
    """The file's first window, or (0, 0) where it has none."""
    centres, widths = _numbers(data.get("WindowCenter")), _numbers(data.get("WindowWidth"))
    return (centres[0], widths[0]) if centres and widths else (0.0, 0.0)


def _numbers(value: Any) -> list[float]:
    """The values of a decimal field, of which DICOM allows none, one or several."""
    if value is None or value == "":
        return []
    several = value if hasattr(value, "__iter__") and not isinstance(value, str) else [value]
    return [float(item) for item in several]
