"""The controlled vocabularies of an entry: closed lists, so that records can be counted and filtered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

Kind = Literal["dataset", "generator", "dataset+generator"]
Released = Literal["images", "weights", "code", "simulator"]
Modality = Literal[
    "CXR",
    "panoramic",
    "X-ray",
    "mammography",
    "DBT",
    "CT",
    "MRI",
    "PET",
    "ultrasound",
    "OCT",
    "OCTA",
    "fundus",
    "dermoscopy",
    "skin photograph",
    "skin image",
    "endoscopy",
    "histopathology",
    "cytology",
]
ModalityGroup = Literal[
    "MRI",
    "chest X-ray",
    "mammography/DBT",
    "endoscopy/surgery",
    "CT",
    "dermatology",
    "ultrasound",
    "OCT/OCTA",
    "fundus",
    "histopathology/cytology",
    "other X-ray",
    "dental panoramic",
    "PET",
]
BodyRegion = Literal[
    "brain",
    "head",
    "eye",
    "jaws and teeth",
    "chest",
    "lung",
    "heart",
    "breast",
    "abdomen",
    "liver",
    "pancreas",
    "kidney",
    "stomach",
    "small intestine",
    "colon",
    "pelvis",
    "knee",
    "skin",
    "blood",
    "fetus",
    "several",
]
Dimensionality = Literal["2d", "3d", "video"]
Conditioning = Literal[
    "none",
    "class",
    "text",
    "mask",
    "image",
    "attributes",
    "demographics",
    "clinical events",
    "anatomy",
    "parameters",
    "examples",
]
Label = Literal[
    "classes",
    "masks",
    "boxes",
    "text",
    "attributes",
    "demographics",
    "landmarks",
    "anatomy",
    "depth",
    "normals",
    "optical flow",
    "poses",
    "meshes",
    "simulated truth",
]
Family = Literal["GAN", "diffusion", "flow", "autoregressive", "VAE", "procedural"]
Axis = Literal["fidelity", "diversity", "alignment", "privacy", "utility", "fairness", "plausibility", "cost"]
MetricAxis = Literal["fidelity", "diversity", "alignment"]
Setting = Literal[
    "TSTR", "augmentation", "pretraining", "fine-tuning", "domain adaptation", "test set", "benchmark"
]
Access = Literal["open", "registration", "request"]
Hosting = Literal[
    "Hugging Face",
    "GitHub",
    "Zenodo",
    "Google Drive",
    "project page",
    "institutional server",
    "university repository",
    "NGC",
    "OSF",
    "demo site",
]
Unit = Literal[
    "images", "image pairs", "image-mask pairs", "patches", "frames", "videos", "volumes", "series", "scans"
]
LicenceFamily = Literal[
    "MIT",
    "BSD",
    "Apache-2.0",
    "CC0",
    "CC BY",
    "CC BY-SA",
    "CC BY-NC family",
    "GPL",
    "OpenRAIL",
    "vendor (NVIDIA)",
    "other",
]
LicenceClass = Literal["permissive", "copyleft", "non-commercial", "restricted", "unknown"]
UseCase = Literal[
    "augmentation",
    "class imbalance",
    "privacy-preserving sharing",
    "education",
    "benchmarking",
    "domain shift",
    "modality translation",
    "method validation",
]
ReadIn = Literal["original", "copy"]

GROUP_OF: Final[Mapping[Modality, ModalityGroup]] = {
    "CXR": "chest X-ray",
    "panoramic": "dental panoramic",
    "X-ray": "other X-ray",
    "mammography": "mammography/DBT",
    "DBT": "mammography/DBT",
    "CT": "CT",
    "MRI": "MRI",
    "PET": "PET",
    "ultrasound": "ultrasound",
    "OCT": "OCT/OCTA",
    "OCTA": "OCT/OCTA",
    "fundus": "fundus",
    "dermoscopy": "dermatology",
    "skin photograph": "dermatology",
    "skin image": "dermatology",
    "endoscopy": "endoscopy/surgery",
    "histopathology": "histopathology/cytology",
    "cytology": "histopathology/cytology",
}
"""The group in which a modality is counted."""

CLASS_OF: Final[Mapping[LicenceFamily, LicenceClass]] = {
    "MIT": "permissive",
    "BSD": "permissive",
    "Apache-2.0": "permissive",
    "CC0": "permissive",
    "CC BY": "permissive",
    "CC BY-SA": "copyleft",
    "GPL": "copyleft",
    "CC BY-NC family": "non-commercial",
    "OpenRAIL": "restricted",
    "vendor (NVIDIA)": "restricted",
    "other": "restricted",
}
"""What a licence family lets others do, coarsely; a record without a stated licence is `unknown`."""

SPDX: Final[Mapping[str, LicenceFamily]] = {
    "MIT": "MIT",
    "BSD-2-Clause": "BSD",
    "BSD-3-Clause": "BSD",
    "Apache-2.0": "Apache-2.0",
    "CC0-1.0": "CC0",
    "CC-BY-3.0": "CC BY",
    "CC-BY-4.0": "CC BY",
    "CC-BY-SA-4.0": "CC BY-SA",
    "CC-BY-NC-3.0": "CC BY-NC family",
    "CC-BY-NC-4.0": "CC BY-NC family",
    "CC-BY-NC-SA-4.0": "CC BY-NC family",
    "CC-BY-NC-ND-3.0": "CC BY-NC family",
    "CC-BY-NC-ND-4.0": "CC BY-NC family",
    "GPL-2.0-only": "GPL",
    "GPL-2.0-or-later": "GPL",
    "GPL-3.0-only": "GPL",
    "GPL-3.0-or-later": "GPL",
    "AGPL-3.0-only": "GPL",
    "AGPL-3.0-or-later": "GPL",
}
"""The SPDX identifiers (spdx.org/licenses) that an entry may name, with the family they are counted in."""

AXES: Final[tuple[Axis, ...]] = get_args(Axis)
"""The eight questions of an evaluation, in the order of the tables."""

VOCABULARIES: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": get_args(Kind),
    "released": get_args(Released),
    "modality": get_args(Modality),
    "modality group": get_args(ModalityGroup),
    "body region": get_args(BodyRegion),
    "dimensionality": get_args(Dimensionality),
    "conditioning": get_args(Conditioning),
    "labels": get_args(Label),
    "generator family": get_args(Family),
    "evaluation axis": AXES,
    "utility setting": get_args(Setting),
    "access": get_args(Access),
    "hosting": get_args(Hosting),
    "unit": get_args(Unit),
    "licence family": get_args(LicenceFamily),
    "licence class": get_args(LicenceClass),
    "use case": get_args(UseCase),
}
"""Name -> terms, for help, documentation and forms."""
