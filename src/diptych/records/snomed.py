"""SNOMED CT concept ids of teeth and of the structures whose concept is exactly the label.

Teeth: the map from ISO 3950 numbers published by the Belgian eHealth platform (FHIR ConceptMap
BeCMISOToothSnomedCT 2.1.2, equivalence `equivalent`): `Structure of permanent maxillary right third
molar tooth (body structure)` for 18, and so on. Labels whose side SNOMED CT leaves to a qualifier
(clavicles, sinuses, condyles) have no id.
"""

from __future__ import annotations

TEETH: dict[int, str] = {
    11: "422653006",
    12: "424877001",
    13: "860767006",
    14: "57826002",
    15: "36492000",
    16: "865995000",
    17: "863902006",
    18: "68085002",
    21: "424399000",
    22: "423185002",
    23: "860780009",
    24: "61897005",
    25: "23226009",
    26: "865988009",
    27: "863901004",
    28: "87704003",
    31: "425106001",
    32: "423331005",
    33: "860782001",
    34: "2400006",
    35: "24573005",
    36: "866006002",
    37: "863898000",
    38: "74344005",
    41: "424575004",
    42: "423937004",
    43: "860785004",
    44: "80140008",
    45: "8873007",
    46: "866005003",
    47: "863899008",
    48: "38994002",
    51: "88824007",
    52: "65624003",
    53: "30618001",
    54: "17505006",
    55: "27855007",
    61: "51678005",
    62: "43622005",
    63: "73937000",
    64: "45234009",
    65: "51943008",
    71: "89552004",
    72: "14770005",
    73: "43281008",
    74: "38896004",
    75: "49330006",
    81: "67834006",
    82: "22445006",
    83: "6062009",
    84: "58646007",
    85: "61868007",
}
"""ISO 3950 (FDI) number -> body structure."""

LUNGS = {1: "3341006", 2: "44029006"}
CHEST_ANATOMY = {1: "80891009", 4: "421060004", 5: "113197003", 6: "5798000", 7: "72410000"}
CHEST_FINDINGS = {2: "60046008", 3: "36118008", 5: "95436008"}
PANORAMIC_ANATOMY = {1: "91609006", 2: "70925003"}
PANORAMIC_FINDINGS = {1: "80967001"}
