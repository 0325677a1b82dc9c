"""The words of other people's tables in Diptych's vocabulary: findings, views, sexes, ages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping

from diptych.base.errors import DiptychError, Problem, Problems
from diptych.records.finding import Finding
from diptych.records.vocabulary import AGE_GROUPS, SITES, UNKNOWN, VIEWS, age_group, is_lawful

OLDEST = 90
"""Higher ages are written as this one: they could name a person (HIPAA safe harbour)."""

_NOTHING = ("no finding", "no findings", "normal", "none")
_BLANK = ("", "nan", "na", "n/a", "?", "unknown", "none", "null")
_SYNONYMS = {
    "pleural effusion": "effusion",
    "pulmonary edema": "edema",
    "oedema": "edema",
    "infiltrate": "infiltration",
    "enlarged heart": "cardiomegaly",
    "covid": "covid-19",
    "covid19": "covid-19",
    "bacterial pneumonia": "pneumonia",
    "viral pneumonia": "pneumonia",
    "lung opacity": "opacity",
    "ground glass opacity": "ground glass",
    "ground glass opacities": "ground glass",
    "filling": "restoration",
    "fillings": "restoration",
    "restorations": "restoration",
    "implants": "implant",
    "dental appliance": "appliance",
    "braces": "appliance",
    "root canal filling": "root canal",
    "supernumerary teeth": "supernumerary",
}
_WORDINGS, _TRIES = 1000, 50
_VIEWS = {"ap": "AP", "ap supine": "AP", "ap erect": "AP", "antero-posterior": "AP", "anteroposterior": "AP"}
_VIEWS |= {"pa": "PA", "postero-anterior": "PA", "posteroanterior": "PA"}
_VIEWS |= {"lateral": "lateral", "l": "lateral", "ll": "lateral", "rl": "lateral", "lat": "lateral"}
_SEXES = {"f": "F", "female": "F", "woman": "F", "m": "M", "male": "M", "man": "M"}
_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
}
_SPLITS |= {"test": "test", "testing": "test"}
_AGE = re.compile(r"(\d{1,3})(?:\.\d+)?\s*(?:y|yr|years?)?", re.IGNORECASE)
_MONTHS = re.compile(r"\d{1,3}\s*[dwm]", re.IGNORECASE)


def finding_of(body: str, words: str, where: str) -> Finding | None:
    """The finding that a label names ("Pleural_Thickening", "missing 18", "opacity right upper").

    None for words that say there is nothing. Raises `DiptychError` for words the vocabulary lacks.
    """
    plain = re.sub(r"[_\s]+", " ", words).strip().lower()
    if plain in _NOTHING:
        return None
    for name in sorted({*SITES[body], *_SYNONYMS}, key=len, reverse=True):
        if plain == name or plain.startswith(f"{name} "):
            finding = Finding(_SYNONYMS.get(name, name), plain[len(name) :].strip())
            if is_lawful(body, finding):
                return finding
    names = ", ".join(SITES[body])
    raise DiptychError.of(where, f"unknown {body} finding {words!r}", f"use a name (and a site) of: {names}")


def findings_of(body: str, words: str, where: str) -> tuple[Finding, ...]:
    """The findings of a list such as "Infiltration|Pneumonia" (or with `;`), each once."""
    problems = Problems()
    found: dict[Finding, None] = {}
    for part in re.split(r"[|;]", words):
        with problems.collect():
            if part.strip() and (finding := finding_of(body, part, where)):
                found[finding] = None
    problems.raise_any()
    return tuple(found)


def view(text: str, where: str = "view") -> str:
    """ "AP", "PA", "lateral", or "" where it is blank. Raises `DiptychError` for anything else."""
    return _one_of(text, _VIEWS, where, f"use {', '.join(VIEWS)}")


def sex(text: str, where: str = "sex") -> str:
    """ "F", "M", or "" where it is blank. Raises `DiptychError` for anything else."""
    return _one_of(text, _SEXES, where, "use F or M")


def age(text: str, where: str = "age") -> str:
    """Whole years ("52.0", "045Y" and "52 years" too), at most `OLDEST`; "" where it is blank."""
    plain = text.strip()
    if plain.lower() in _BLANK:
        return ""
    if _MONTHS.fullmatch(plain):
        return "0"
    match = _AGE.fullmatch(plain)
    if match is None:
        raise DiptychError.of(where, f"{text!r} is no age in years", "write whole years or leave it empty")
    return str(min(int(match[1]), OLDEST))


def group_of_age(text: str, where: str = "age_group") -> str:
    """ "child", "adult", or "" where it is blank."""
    return _one_of(text, {name: name for name in AGE_GROUPS}, where, f"use {', '.join(AGE_GROUPS)}")


READERS: Mapping[str, Callable[[str, str], str]] = {
    "view": view,
    "sex": sex,
    "age": age,
    "age_group": group_of_age,
}
"""The group attributes whose values are checked."""


def groups_of(cells: Mapping[str, str], where: str) -> dict[str, str]:
    """Group attributes from a table's cells, checked, without blanks; the age group follows from the age."""
    problems, groups = Problems(), {}
    for key, text in cells.items():
        with problems.collect():
            reader = READERS.get(key)
            value = reader(text, f"{where}, field {key}") if reader else _unless_blank(text)
            if value:
                groups[key] = value
    problems.raise_any()
    if "age" in groups and (group := age_group(groups["age"])):
        groups.setdefault("age_group", group)
    return groups


def sentence(body: str, findings: Collection[Finding], groups: Mapping[str, str], name: str) -> str:
    """The sentence for an image, worded by its name: the same name always gets the same wording.

    Only wordings that deny nothing are used: "no caries" would be a claim that nobody made. Empty
    where nobody looked for findings: the grammar is closed-world, and would call the image normal.
    """
    if groups.get("findings") == UNKNOWN and not findings:
        return ""
    from diptych.prompts.grammar import render
    from diptych.prompts.parser import parse

    first = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % _WORDINGS
    for wording in range(first, first + _TRIES):
        text = render(body, findings, groups, wording=wording)
        if not parse(text, body).absent:
            return text
    return render(body, findings, groups, wording=0)


def sentence_of(body: str, text: str, where: str) -> str:
    """A sentence of somebody else's, as it is; "" where it holds no word.

    Raises `DiptychError` for one that names a tooth that does not exist ("tooth 19"): most likely it
    counts the teeth in another way, and would teach a model the wrong ones.
    """
    from diptych.prompts.parser import parse

    if not any(letter.isalnum() for letter in text):
        return ""
    try:
        parse(text, body)
    except DiptychError as error:
        told = (Problem(where, f"in {text!r}, {one.where}: {one.what}", one.remedy) for one in error.problems)
        raise DiptychError(told) from None
    return text


def split_of(text: str, where: str) -> str:
    """ "train", "val" or "test"; "train" where it is blank. Raises `DiptychError` for anything else."""
    return _one_of(text, _SPLITS, where, "use train, val or test") or "train"


def _one_of(text: str, known: Mapping[str, str], where: str, remedy: str) -> str:
    plain = text.strip().lower()
    if plain in _BLANK:
        return ""
    if plain not in known:
        raise DiptychError.of(where, f"unknown value {text!r}", remedy)
    return known[plain]


def _unless_blank(text: str) -> str:
    return "" if text.strip().lower() in _BLANK else text.strip()
