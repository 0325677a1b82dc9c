"""Words that mean the same: a search for one finds records that say another.

A concept's phrases are read in the records and in the question alike and stand for one token. A concept that
is a kind of another is found by the other as well: who asks for radiographs finds chest X-rays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Concept:
    """One meaning: its token, the phrases that say it, and the tokens of what it is a kind of."""

    token: str
    phrases: tuple[str, ...]
    kinds: tuple[str, ...] = ()

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Its token in the index and those of its kinds, which no word of a text can be."""
        return tuple(f"{token}0concept" for token in (self.token, *self.kinds))


CONCEPTS = (
    Concept("xray", ("x ray", "xray", "radiograph", "radiography")),
    Concept(
        "cxr", ("cxr", "chest x ray", "chest xray", "chest radiograph", "thorax x ray"), ("xray", "chest")
    ),
    Concept(
        "opg",
        (
            "opg",
            "opt",
            "pr",
            "panoramic",
            "dental panoramic",
            "panoramic radiograph",
            "panoramic x ray",
            "panoramic dental radiograph",
            "dental panoramic radiograph",
            "orthopantomogram",
            "orthopantomograph",
        ),
        ("xray", "dental"),
    ),
    Concept("dental", ("dental", "dentistry", "tooth", "teeth", "dentition", "dentoalveolar")),
    Concept("mammo", ("mammography", "mammogram", "mmg", "ffdm", "breast x ray"), ("xray", "breast")),
    Concept(
        "dbt", ("dbt", "tomosynthesis", "breast tomosynthesis", "digital breast tomosynthesis"), ("breast",)
    ),
    Concept("ct", ("ct", "computed tomography", "cat scan")),
    Concept("mri", ("mri", "mr", "cmr", "dmri", "magnetic resonance", "magnetic resonance imaging")),
    Concept("pet", ("pet", "positron emission tomography")),
    Concept("us", ("us", "bus", "ultrasound", "ultrasonography", "sonography", "sonogram")),
    Concept(
        "echo",
        ("echo", "echocardiography", "echocardiogram", "cardiac ultrasound", "heart ultrasound"),
        ("us", "heart"),
    ),
    Concept("oct", ("oct", "optical coherence tomography")),
    Concept(
        "octa",
        (
            "octa",
            "oct a",
            "oct angiography",
            "optical coherence tomography angiography",
            "optical coherence tomography angiograph",
        ),
        ("oct",),
    ),
    Concept(
        "fundus",
        (
            "fundus",
            "fundus photograph",
            "retinal photograph",
            "retinal image",
            "retina photograph",
            "colour fundus photography",
        ),
        ("eye",),
    ),
    Concept("eye", ("eye", "retina", "retinal", "ocular", "ophthalmic", "ophthalmology")),
    Concept(
        "skin", ("skin", "derm", "dermatology", "dermatological", "dermoscopy", "dermoscopic", "cutaneous")
    ),
    Concept("histology", ("histology", "histopathology", "pathology", "h e", "wsi", "whole slide image")),
    Concept("cytology", ("cytology", "blood smear", "cytomorphology")),
    Concept("endoscopy", ("endoscopy", "endoscopic", "endoscope")),
    Concept("colonoscopy", ("colonoscopy", "colonoscopic"), ("endoscopy", "colon")),
    Concept("colon", ("colon", "colorectal", "bowel", "large intestine")),
    Concept("laparoscopy", ("laparoscopy", "laparoscopic"), ("endoscopy", "surgery")),
    Concept("surgery", ("surgery", "surgical")),
    Concept("heart", ("heart", "cardiac", "myocardial", "left ventricular", "lv")),
    Concept("lung", ("lung", "pulmonary")),
    Concept("chest", ("chest", "thorax", "thoracic")),
    Concept("fetal", ("fetal", "fetus", "foetal", "foetus", "prenatal")),
    Concept("liver", ("liver", "hepatic")),
    Concept("kidney", ("kidney", "renal")),
    Concept("breast", ("breast",)),
    Concept(
        "tumour",
        ("tumour", "tumor", "cancer", "neoplasm", "carcinoma", "malignancy", "malignant", "melanoma"),
    ),
    Concept("lesion", ("lesion", "mass")),
    Concept("arthritis", ("arthritis", "osteoarthritis", "oa")),
    Concept("covid", ("covid", "covid 19", "sars cov 2", "coronavirus")),
    Concept("mask", ("mask", "segmentation", "segmentation mask", "label map", "annotation mask")),
    Concept("class", ("class", "classification", "class label")),
    Concept("text", ("text", "prompt", "report", "caption", "sentence", "text to image", "radiology report")),
    Concept("box", ("box", "bounding box", "detection")),
    Concept(
        "gan", ("gan", "generative adversarial network", "stylegan", "dcgan", "cyclegan", "pix2pix", "pggan")
    ),
    Concept("diffusion", ("diffusion", "ddpm", "ldm", "latent diffusion", "stable diffusion", "score based")),
    Concept("opticalflow", ("optical flow",)),
    Concept("flow", ("flow", "rectified flow", "flow matching", "normalizing flow")),
    Concept(
        "simulation",
        ("simulation", "simulator", "simulated", "procedural", "phantom", "rendering", "in silico"),
    ),
    Concept(
        "privacy", ("privacy", "memorisation", "memorization", "re identification", "membership inference")
    ),
    Concept("readers", ("visual turing test", "turing test", "reader study", "human expert")),
    Concept("fairness", ("fairness", "bias", "subgroup", "underrepresented", "equity")),
    Concept("colour", ("colour", "color", "tone")),
    Concept("volume", ("volume", "3d", "three dimensional", "volumetric")),
    Concept("video", ("video", "4d", "cine")),
    Concept("translation", ("translation", "image to image", "i2i")),
    Concept("weights", ("weights", "checkpoint", "pretrained", "pretrained model")),
)
"""Meanings that the field says in several ways. A phrase belongs to one concept."""


def words(text: str) -> list[str]:
    """The words of a text in small letters, without accents, in the singular where English adds an s."""
    plain = text.lower()
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return [_singular(word) for word in _WORD.findall(plain)]


def _singular(word: str) -> str:
    if not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    plural = len(word) > 3 and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def _phrases() -> Mapping[tuple[str, ...], Concept]:
    found: dict[tuple[str, ...], Concept] = {}
    for concept in CONCEPTS:
        for phrase in concept.phrases:
            key = tuple(words(phrase))
            if found.setdefault(key, concept) is not concept:
                raise ValueError(f"{phrase!r} belongs to {found[key].token} and to {concept.token}")
    return found


_PHRASES = _phrases()
_LONGEST = {first: max(len(phrase) for phrase in _PHRASES if phrase[0] == first) for first, *_ in _PHRASES}
"""A phrase's first word -> the number of words in the longest phrase that it begins."""


def _read(text: str) -> Iterator[tuple[tuple[str, ...], Concept | None]]:
    """The text cut into the longest phrases that say a concept, and the words between them."""
    left, start = words(text), 0
    while start < len(left):
        phrase: tuple[str, ...] = (left[start],)
        for size in range(_LONGEST.get(left[start], 0), 0, -1):
            if tuple(left[start : start + size]) in _PHRASES:
                phrase = tuple(left[start : start + size])
                break
        yield phrase, _PHRASES.get(phrase)
        start += len(phrase)


def index_tokens(text: str) -> list[str]:
    """What a record's text is found by: its words, its concepts, and what these are kinds of."""
    found: list[str] = []
    for phrase, concept in _read(text):
        found += phrase
        if concept is not None:
            found += concept.tokens
    return found


def question_phrases(text: str) -> list[tuple[str, ...]]:
    """What a question asks for, each thing once, as sequences of index tokens.

    Of a phrase that says a concept both the concept and the phrase itself are asked for, so that a record
    that says the same word comes before one that says another.
    """
    asked: dict[tuple[str, ...], None] = {}
    for phrase, concept in _read(text):
        if concept is not None:
            asked[concept.tokens[:1]] = None
        if phrase[0] not in STOP:
            asked[phrase] = None
    return list(asked)


STOP = frozenset(
    words(
        "a an and any are as at by for from has have i in into is it my need of on or set show that the "
        "their to want which with without dataset data image synthetic generated generator"
    )
)
"""Words that stand in every record or tell nothing."""
