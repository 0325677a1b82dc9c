"""The one table of phrases that parser, renderer and text encoder share.

Each line maps a meaning to its wordings; a trailing `*` marks a plural. A wording is
matched on whole words (see `tokens.split`), the longest first, so "deep caries" wins
over "caries". Nothing else in the package knows a synonym.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from diptych.prompts import tokens

Table = Mapping[str, str]


@dataclass(frozen=True)
class Term:
    """What a phrase means: its kind (`finding`, `side`, ...), its value, and whether it is a plural."""

    kind: str
    value: str
    plural: bool = False


BODY_WORDS: Table = {
    "panoramic": "panoramic, orthopantomogram, orthopantomograph, orthopantomography, opg, opt, dpt, dental, tooth, teeth,"
    " jaw, jaws, maxilla, mandible, molar, molars, premolar, premolars, incisor, incisors, canine, canines, dentition,"
    " caries, edentulous, dentate, periapical, restoration, restorations",
    "chest": "chest, lung, lungs, pulmonary, cxr, thorax, thoracic, pleural, effusion, effusions, pneumothorax, pneumonia,"
    " heart, cardiomegaly, zone, lobe, hemithorax, opacity, opacities, consolidation, ap, pa, infiltrates",
}
"""Words that tell which body region a sentence is about."""

_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()

SHARED: Mapping[str, Table] = {
    "image": {
        "": "radiograph, radiographs, radiography, x ray, xray, x rays, film, image, images, scan, study, view, examination, exam"
    },
    "negate": {
        "": "no, without, not, free of, absence of, no evidence of, no sign of, no signs of, negative for, neither, nor,"
        " denies, denied, never, excludes, excluding, ruled out, rule out, clear of, lack of, cannot, no longer,"
        " rather than, instead of, resolution of"
    },
    "denied": {
        "": "none, not seen, not present, not visible, not identified, not evident, has resolved, have resolved,"
        " resolved, excluded, is negative, are negative"
    },
    "except": {"": "except, except for, apart from, other than, save for, but not, all but"},
    "but": {"": "but, however, although, though, while, whereas, yet, with"},
    "or": {"": "or"},
    "and": {"": "and, plus, as well as, and also, together with"},
    "present": {"": "present, erupted, remaining, remain, remains, retained dentition"},
    "only": {"": "only"},
    "number": {str(n): word for n, word in enumerate(_NUMBERS, start=1)},
    "to": {"": "to, through, -"},
    "sex": {"F": "female, f", "M": "male, m"},
    "woman": {"": "woman, women, lady"},
    "man": {"": "man, men, gentleman"},
    "girl": {"": "girl"},
    "boy": {"": "boy"},
    "age_group": {
        "child": "child, children, paediatric, pediatric, infant, toddler, newborn, neonate, adolescent",
        "adult": "adult, adults, elderly",
    },
    "years": {"": "year old, years old, years of age, year, years, yo, y o, yr old, yrs old, y old"},
    "aged": {"": "aged, age, at age, age of"},
    "full": {"": "full, complete"},
    "set": {"": "set, set of"},
    "normal": {
        "": "normal, no finding, no findings, no abnormality, no abnormalities, unremarkable, healthy, negative,"
        " without findings, without abnormality, clear, no pathology, no pathological findings,"
        " within normal limits, no significant findings, no significant abnormality"
    },
    "fill": {
        "": "a, an, the, of, in, on, at, is, are, was, were, be, been, being, has, have, had, it, its, this, that, these,"
        " those, there, here, which, who, whose, patient, patient's, showing, shows, show, shown, seen, noted, visible,"
        " finding, findings, consistent, suggestive, demonstrates, demonstrating, demonstrated, reveals, revealed,"
        " for, from, as, by, into, over, per, i, ii, view of, projection, consistent with, suggestive of, evidence,"
        " sign, signs, involving, affecting, affected, located, location, site, sites, side, sided, region, regions,"
        " area, areas, number, numbers, no., also, both sides, unspecified, elsewhere, stated, somewhere, appearance,"
        " impression, each, multiple, several, some, few, many, single, small, large, mild, moderate, severe, old, new,"
        " acute, chronic, possible, probable, likely, may, can, could, extensive, slight, minor, major, marked, fdi,"
        " along, carries, carrying, bearing, having, position, positions, place, where, sample, case, people, person"
    },
}

PANORAMIC: Mapping[str, Table] = {
    "opening": {
        "": "panoramic, panoramic radiograph, panoramic x ray, panoramic image, panoramic view, panoramic film,"
        " dental panoramic radiograph, dental panoramic tomogram, dental panoramic view, dental x ray,"
        " dental radiograph, orthopantomogram, orthopantomograph, orthopantomography, opg, opt, dpt, dental"
    },
    "finding": {
        "missing": "missing, extracted, lost, not annotated, lacking, agenesis, agenesis of, congenitally missing,"
        " removed, toothless, gap, gap at, gaps*",
        "impacted": "impacted, unerupted, not erupted, retained, impaction, impaction of, impactions*, embedded",
        "caries": "caries, carious, cavity, cavities*, decay, decayed, carious lesion, carious lesions*, dental caries,"
        " tooth decay, early caries, superficial caries",
        "deep caries": "deep caries, deep carious lesion, deep carious lesions*, deeply carious, deep decay, deep cavity,"
        " deep cavities*, deeply decayed",
        "periapical lesion": "periapical lesion, periapical lesions*, periapical radiolucency, periapical radiolucencies*,"
        " apical lesion, apical lesions*, apical periodontitis, periapical periodontitis, apical radiolucency,"
        " periapical abscess, periapical granuloma, periapical cyst, periapical",
        "restoration": "restoration, restorations*, restored, filling, fillings*, filled, dental filling, dental fillings*,"
        " dental restoration, dental restorations*, amalgam, amalgams*, restorative work*",
        "crown": "crown, crowns*, crowned, dental crown, dental crowns*, full crown, crown restoration",
        "root canal": "root canal, root canals*, root canal filling, root canal fillings*, root canal treatment,"
        " root canal treatments*, root canal treated, root filled, root filling, root fillings*, endodontic treatment,"
        " endodontically treated, endodontic filling, rct",
        "implant": "implant, implants*, dental implant, dental implants*, implanted",
        "appliance": "appliance*, appliances*, dental appliance*, dental appliances*, orthodontic appliance*,"
        " orthodontic appliances*, braces*, orthodontic braces*, brackets*, orthodontic brackets*, retainer*",
        "supernumerary": "supernumerary*, supernumerary tooth*, supernumerary teeth*, more than 32 teeth*, extra tooth*,"
        " extra teeth*, additional teeth*, hyperdontia*, mesiodens*, over 32 teeth*",
    },
    "absent": {"": "absent, absence"},
    "jaw": {"upper": "upper, maxillary, top", "lower": "lower, mandibular, bottom"},
    "arch": {"upper": "maxilla, upper jaw, upper arch", "lower": "mandible, lower jaw, lower arch"},
    "side": {
        "right": "right, right sided, right side",
        "left": "left, left sided, left side",
        "both": "bilateral",
    },
    "ordinal": {
        "first": "first, 1st",
        "second": "second, 2nd",
        "third": "third, 3rd",
        "central": "central",
        "lateral": "lateral",
    },
    "class": {
        "molar": "molar, molars*",
        "premolar": "premolar, premolars*, bicuspid, bicuspids*",
        "canine": "canine, canines*, cuspid, cuspids*, eye tooth, eye teeth*",
        "incisor": "incisor, incisors*",
        "third molar": "wisdom tooth, wisdom teeth*, wisdoms*",
        "anterior": "anterior teeth*, front teeth*",
        "posterior": "posterior teeth*, back teeth*",
    },
    "tooth": {"": "tooth, teeth*"},
    "quadrant": {"": "quadrant, quadrants*, arch, arches*, jaw, jaws*, dentition"},
    "edentulous": {"": "edentulous, edentate, edentulism, completely edentulous, fully edentulous"},
    "all": {"": "all, every, all of, all four, both, entire, whole, any, other"},
    "annotated": {"": "annotated, counted, labelled, in all, in total"},
}

CHEST: Mapping[str, Table] = {
    "opening": {
        "": "chest radiograph, chest x ray, chest xray, chest film, cxr, chest, frontal, portable, supine, upright, erect"
    },
    "view": {
        "AP": "ap, anteroposterior, antero posterior, a p",
        "PA": "pa, posteroanterior, postero anterior, p a",
        "lateral": "lateral view, lateral chest, lateral radiograph, lateral x ray, lateral projection, lateral",
    },
    "finding": {
        "opacity": "opacity, opacities*, opacification, opacifications*, opacified, airspace opacity, airspace opacities*,"
        " lung opacity, lung opacities*, pulmonary infection, infected area, infected areas*, infected, shadowing,"
        " shadow, shadows*, airspace disease, air space disease, airspace opacification, patchy opacity, patchy opacities*,"
        " lung infection, hazy opacity, hazy opacities*, density, densities*, white out",
        "effusion": "effusion, effusions*, pleural effusion, pleural effusions*, pleural fluid, hydrothorax",
        "pneumothorax": "pneumothorax, pneumothoraces*, collapsed lung, pneumothorax of",
        "cardiomegaly": "cardiomegaly, enlarged heart, cardiac enlargement, enlarged cardiac silhouette, heart is enlarged,"
        " enlarged heart shadow, enlarged cardiac shadow, heart size is enlarged, enlargement of the heart",
        "pneumonia": "pneumonia, pneumonias*, bacterial pneumonia, viral pneumonia, bronchopneumonia, lobar pneumonia,"
        " pneumonitis, pneumonic",
        "atelectasis": "atelectasis, atelectases*, atelectatic, atelectasia, lobar collapse, volume loss",
        "consolidation": "consolidation, consolidations*, consolidated, consolidative, airspace consolidation,"
        " airspace consolidations*, lobar consolidation, consolidative opacity, consolidative opacities*",
        "edema": "edema, oedema, pulmonary edema, pulmonary oedema",
        "emphysema": "emphysema, emphysematous",
        "fibrosis": "fibrosis, fibrotic, pulmonary fibrosis, scarring",
        "ground glass": "ground glass, ground glass opacity, ground glass opacities*, ground glass opacification,"
        " ground glass pattern, ground glass change, ground glass changes*, ggo",
        "hernia": "hernia, hiatal hernia, hiatus hernia",
        "infiltration": "infiltration, infiltrations*, infiltrate, infiltrates*, infiltrated, infiltrative",
        "mass": "mass, masses*, mass lesion",
        "nodule": "nodule, nodules*, nodular opacity, nodular opacities*, pulmonary nodule, pulmonary nodules*",
        "pleural thickening": "pleural thickening, thickened pleura",
        "covid-19": "covid 19, covid, covid19, covid 19 pneumonia, sars cov 2, coronavirus disease, ncov, 2019 ncov",
        "ards": "ards, acute respiratory distress syndrome",
        "tubes": "tubes*, tube, endotracheal tube, ett, et tube, nasogastric tube, ng tube, og tube, chest tube, chest drain,"
        " central line, central venous line, central venous catheter, catheter, catheters*, intubated, tubing, tubings*,"
        " support devices*, lines and tubes*, intubation, lines*, pacemaker",
    },
    "side": {
        "right": "right, right sided, right side",
        "left": "left, left sided, left side",
        "both": "bilateral, bilaterally, both, both sides",
        "one": "unilateral, unilaterally",
    },
    "level": {
        "upper": "upper, apical, apex, apices, top",
        "middle": "middle, mid, central, lingula, lingular",
        "lower": "lower, basal, base, bases, basilar, bottom",
        "all": "all, whole, entire, diffuse, diffusely, throughout, widespread, wide spread",
    },
    "both level": {"lower": "bibasilar, bibasal"},
    "place": {
        "": "lung, lungs*, zone, zones*, lobe, lobes*, field, fields*, lung field, lung fields*, lung zone, lung zones*,"
        " hemithorax, lung base, lung bases*, lobar"
    },
    "clear": {"": "clear lungs, lungs are clear, lungs clear, lung fields are clear, clear lung fields"},
    "aside": {"": "laboratory, outcome, icu, no icu, icu stay recorded, no icu stay recorded, in the icu"},
}

BODIES: Mapping[str, Mapping[str, Table]] = {"panoramic": PANORAMIC, "chest": CHEST}


def phrases(body: str) -> Iterator[tuple[tuple[str, ...], Term]]:
    """Every phrase of one body region, as words, with its meaning; later ones win over earlier ones."""
    for tables in (SHARED, BODIES[body]):
        for kind, table in tables.items():
            for value, wordings in table.items():
                for wording in wordings.split(","):
                    words = tokens.split(wording.replace("*", "")) or (wording.strip(),)
                    yield words, Term(kind, value, plural="*" in wording)


@cache
def index(body: str) -> Mapping[str, tuple[tuple[tuple[str, ...], Term], ...]]:
    """The phrases by their first word, longest first."""
    unique = dict(phrases(body))
    found: dict[str, list[tuple[tuple[str, ...], Term]]] = {}
    for words, term in sorted(unique.items(), key=lambda item: -len(item[0])):
        found.setdefault(words[0], []).append((words, term))
    return {first: tuple(options) for first, options in found.items()}


@cache
def words(body: str) -> frozenset[str]:
    """Every word that some phrase of the body region uses."""
    return frozenset(word for phrase, _ in phrases(body) for word in phrase)
