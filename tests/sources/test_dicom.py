"""DICOM: windows, both photometric interpretations, 16 bits, no identity, clear refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, JPEGLSLossless, RLELossless, generate_uid

from diptych.base.errors import DiptychError
from diptych.sources import Dicom
from diptych.sources.dicom import read_pixels

RAMP = np.arange(24 * 40, dtype=np.uint16).reshape(24, 40) * 4


def write(path: Path, pixels: np.ndarray = RAMP, bits: int = 12, **fields: object) -> Path:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1.1", generate_uid()
    data.PatientName, data.PatientID, data.InstitutionName = "Doe^Jane", "4711", "Mercy"
    data.Rows, data.Columns = pixels.shape
    data.SamplesPerPixel, data.PixelRepresentation = 1, int(np.issubdtype(pixels.dtype, np.signedinteger))
    data.BitsAllocated, data.BitsStored, data.HighBit = pixels.itemsize * 8, bits, bits - 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.PixelData = pixels.tobytes()
    for name, value in fields.items():
        setattr(data, name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    data.save_as(path, enforce_file_format=True)
    return path


def test_without_a_window_the_whole_range_is_shown(tmp_path: Path) -> None:
    image = read_pixels(write(tmp_path / "a.dcm"))
    assert image.dtype == np.uint16 and image.min() == 0 and image.max() == 65535
    np.testing.assert_allclose(image / 65535, RAMP / RAMP.max(), atol=1e-5)


def test_eight_bits_stay_eight(tmp_path: Path) -> None:
    small = (RAMP // 16).astype(np.uint8)
    assert read_pixels(write(tmp_path / "a.dcm", small, bits=8)).dtype == np.uint8


def test_monochrome1_is_inverted(tmp_path: Path) -> None:
    plain = read_pixels(write(tmp_path / "a.dcm"))
    flipped = read_pixels(write(tmp_path / "b.dcm", PhotometricInterpretation="MONOCHROME1"))
    np.testing.assert_allclose(flipped.astype(int), 65535 - plain.astype(int), atol=1)


def test_rescale_comes_before_the_window(tmp_path: Path) -> None:
    fields = {"RescaleSlope": "2", "RescaleIntercept": "-1000", "WindowCenter": "1000", "WindowWidth": "2001"}
    image = read_pixels(write(tmp_path / "a.dcm", **fields))
    # PS3.3 C.11.2.1.2.1: ((x - (c - 0.5)) / (w - 1) + 0.5), here x from 0 to 2000 nearly.
    wanted = np.clip((RAMP * 2.0 - 1000 - 999.5) / 2000 + 0.5, 0, 1)
    np.testing.assert_allclose(image / 65535, wanted, atol=1e-5)


def test_the_first_window_and_the_given_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", WindowCenter=["100", "2000"], WindowWidth=["100", "50"])
    assert read_pixels(path)[0, 38] == 65535
    assert read_pixels(path, window=(5000, 10))[0, 38] == 0


def test_signed_values_and_a_voi_table(tmp_path: Path) -> None:
    signed = (RAMP.astype(np.int16) - 1000).astype(np.int16)
    image = read_pixels(write(tmp_path / "a.dcm", signed, bits=16))
    np.testing.assert_allclose(image / 65535, RAMP / RAMP.max(), atol=1e-5)
    table = Dataset()
    table.LUTDescriptor = [4096, 0, 16]
    table.LUTData = (65535 - 16 * np.arange(4096)).astype("<u2").tobytes()
    image = read_pixels(write(tmp_path / "b.dcm", VOILUTSequence=Sequence([table])))
    np.testing.assert_allclose(image / 65535, 1 - RAMP * 16 / 65535, atol=1e-4)


def test_import_drops_identity(make) -> None:
    fields = {"ViewPosition": "PA", "PatientSex": "F", "PatientAge": "034Y"}
    write(make.root / "in" / "IM1", **fields)
    write(make.root / "in" / "deep" / "IM2.dcm", BurnedInAnnotation="YES", ViewPosition="XX")
    write(make.root / "in" / "IM3", PatientID="4712", PatientAge="093Y")
    (make.root / "in" / "notes.txt").write_text("no image")
    cohort = make.cohort(Dicom(body="chest", folder=make.root / "in", val=0))
    records = {record.id: record for record in cohort.records}
    assert sorted(records) == ["image-0001", "image-0002", "image-0003"]
    known = [dict(record.groups) for record in cohort.records]
    assert known[0] == {"view": "PA", "sex": "F", "age": "34", "age_group": "adult", "findings": "unknown"}
    assert known[1]["age"] == "90" and "view" not in known[2]
    assert [record.subject for record in cohort.records] == ["s0001", "s0002", "s0001"]
    everything = b"".join(path.read_bytes() for path in cohort.path.rglob("*.*"))
    assert not any(word in everything for word in (b"Doe", b"4711", b"Mercy", b"IM1"))
    assert make.warnings == ["1 file(s) say that text is burned in; look at them before you share anything"]


def test_every_problem_at_once(make) -> None:
    write(make.root / "in" / "a.dcm", NumberOfFrames=3)
    write(make.root / "in" / "b.dcm", PhotometricInterpretation="RGB")
    write(make.root / "in" / "c.dcm", Rows=60_000, Columns=60_000)
    (make.root / "in" / "d.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"rubbish")
    (make.root / "in" / "e.DCM").write_bytes(b"a renamed picture")
    (make.root / "in" / "f.dcm").write_bytes(b"")
    with pytest.raises(DiptychError) as caught:
        make.cohort(Dicom(body="chest", folder=make.root / "in"))
    found = [str(problem) for problem in caught.value.problems]
    for text, words in zip(
        found,
        ["3 frames", "RGB, not grey", "too many", "d.dcm: ", "e.DCM: is no", "f.dcm: is no"],
        strict=True,
    ):
        assert words in text


def test_damaged_pixels(make) -> None:
    write(make.root / "in" / "a.dcm", PixelData=b"\0\0")
    with pytest.raises(DiptychError, match="a.dcm: has unreadable pixels"):
        make.cohort(Dicom(body="chest", folder=make.root / "in", val=0))


def compressed(path: Path, syntax: str) -> Path:
    from pydicom import dcmread
    from pydicom.encaps import encapsulate

    write(path)
    data = dcmread(path)
    if syntax == RLELossless:
        data.compress(RLELossless)
    else:
        data.file_meta.TransferSyntaxUID = syntax
        data.PixelData = encapsulate([b"\xff\xd8\xff\xf7" * 4])
        data["PixelData"].VR = "OB"
    data.save_as(path)
    return path


def test_compressed_files_are_read_or_named(make, monkeypatch: pytest.MonkeyPatch) -> None:
    np.testing.assert_array_equal(
        read_pixels(compressed(make.root / "rle.dcm", RLELossless)),
        read_pixels(write(make.root / "plain.dcm")),
    )
    compressed(make.root / "in" / "ls.dcm", JPEGLSLossless)
    from pydicom.pixels.decoders.base import get_decoder

    if get_decoder(JPEGLSLossless).is_available:
        pytest.skip("a JPEG-LS decoder is installed")
    with pytest.raises(DiptychError, match="is compressed as JPEG-LS Lossless .*, which cannot be read here"):
        make.cohort(Dicom(body="chest", folder=make.root / "in"))


def test_folders_without_files(tmp_path: Path) -> None:
    with pytest.raises(DiptychError, match="has no DICOM files"):
        Dicom(body="chest", folder=tmp_path).build()
    with pytest.raises(DiptychError, match="--window"):
        Dicom(body="chest", folder=tmp_path, window=(1.0, 0.0)).build()
