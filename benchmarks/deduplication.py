"""How many near-duplicates are found, how many records are taken for one that are none, and how fast?

python benchmarks/deduplication.py --sets 50
"""

from __future__ import annotations

import csv
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import tyro

from diptych.catalogue.review.citation import Citation
from diptych.catalogue.review.duplicates import find_duplicates

ORIGINALS, PLANTED = 160, 40
FIRST_SEED = 2000
"""Seeds 0 to 19 were looked at while the rules were written; those from here on never."""

NOTICE = re.compile("Correction|Erratum|Author Correction|Reply")
METHODS = (
    "generative adversarial networks", "denoising diffusion models", "a conditional GAN",
    "latent diffusion", "CycleGAN", "a variational autoencoder", "flow matching", "StyleGAN2",
    "a vision transformer", "U-Net", "autoregressive transformers", "score-based models",
    "procedural simulation", "neural style transfer",
)  # fmt: skip
MODALITIES = (
    "chest radiographs", "brain MRI", "abdominal CT", "mammograms", "fundus photographs", "OCT volumes",
    "panoramic radiographs", "dermoscopic images", "breast ultrasound", "PET images",
    "histopathology slides", "cardiac MRI", "colonoscopy frames", "knee radiographs", "lung CT",
    "T1-weighted MR images",
)  # fmt: skip
TASKS = (
    "classification", "segmentation", "detection", "registration", "anonymisation", "domain adaptation",
    "anomaly detection", "data augmentation", "super-resolution", "denoising", "visual question answering",
)  # fmt: skip
FINDINGS = (
    "pneumonia", "glioma", "tumour", "caries", "melanoma", "diabetic retinopathy", "COVID-19", "nodules",
    "fractures", "polyps", "haemorrhage", "β-amyloid plaques", "tuberculosis", "cardiomegaly",
)  # fmt: skip
SHAPES = (
    "Synthesis of {x} with {m} for {t} of {f}", "{M} for realistic {x}: an application to {t} of {f}",
    "Improving {t} of {f} in {x} by {m}", "Do synthetic {x} help {t} of {f}? A study with {m}",
    "Towards privacy-preserving {x}: {m} in {t} of {f}", "{M} generate {x} that support {t} of {f}",
    "On the evaluation of {m} for {t} of {f} in {x}", "A systematic review of {m} in {x} for {t} of {f}",
)  # fmt: skip
RUSSIAN = (
    "Синтез рентгенограмм грудной клетки генеративными сетями",
    "Оценка качества синтетических изображений мозга", "Глубокое обучение для сегментации опухолей печени",
    "Диффузионные модели в диагностике ишемической болезни",
)  # fmt: skip
VENUES = (
    ("Medical Image Analysis", "Med Image Anal"),
    ("Radiology: Artificial Intelligence", "Radiol Artif Intell"),
    ("IEEE Transactions on Medical Imaging", "IEEE Trans Med Imaging"), ("Scientific Reports", "Sci Rep"),
    ("Computers in Biology and Medicine", "Comput Biol Med"), ("European Radiology", "Eur Radiol"),
    ("Lecture Notes in Computer Science", "MICCAI 2022"), ("PLOS ONE", "PLoS One"),
    ("Dentomaxillofacial Radiology", "Dentomaxillofac Radiol"),
    ("Journal of Digital Imaging", "J Digit Imaging"),
)  # fmt: skip
PEOPLE = (
    ("Müller, Jörg", "Mueller, Joerg", "Muller, J."), ("Иванов, Юрий", "Ivanov, Yuri", "Ivanov, Iu."),
    ("Щербаков, Алексей", "Shcherbakov, Alexey", "Scherbakov, A."),
    ("Żółkowski, Łukasz", "Zolkowski, Lukasz", "Zolkowski L"), ("Šimić, Ana", "Simic, Ana", "Simić A"),
    ("Øster, Bjørn", "Oester, Bjorn", "Oster, B."), ("Güneş, Çağla", "Gunes, Cagla", "Guenes C"),
    ("Wang, Xiaoyu", "Xiaoyu Wang", "Wang X"), ("Zhang, Wei", "Wei Zhang", "Zhang, W."),
    ("García Márquez, José", "Garcia-Marquez, Jose", "García J"),
    ("Жуков, Михаил", "Zhukov, Mikhail", "Žukov, M."),
    ("Хохлова, Евгения", "Khokhlova, Evgeniya", "Hohlova E"),
    ("Nguyễn, Thị Hương", "Nguyen, Thi Huong", "Nguyen TH"),
    ("Strauß, Käthe", "Strauss, Kaethe", "Strauss K"),
    ("Παπαδόπουλος, Νίκος", "Papadopoulos, Nikos", "Papadopoulos N"),
    ("O'Brien, Seán", "OBrien, Sean", "O’Brien S"),
    ("van den Berg, Pieter", "Van den Berg, P.", "van den Berg P"),
    ("Smith, Jane A.", "Jane A. Smith", "Smith JA"), ("Kim, Min-Jun", "Kim, Minjun", "Kim MJ"),
    ("Tanaka, Hiroshi", "Hiroshi Tanaka", "Tanaka H"), ("Lefèvre, Benoît", "Lefevre, Benoit", "Lefèvre B"),
    ("Чайковский, Пётр", "Chaikovskii, Petr", "Tchaikovsky P"),
    ("Öztürk, Ayşe", "Ozturk, Ayse", "Oeztuerk A"), ("Rossi, Giulia", "Giulia Rossi", "Rossi G"),
    ("Okafor, Chidi", "Okafor, C.", "Okafor C"), ("Bäcker, Lena", "Baecker, Lena", "Backer L"),
    ("Кузнецов, Сергей", "Kuznetsov, Sergey", "Kuznecov S"), ("Silva, João", "Silva, Joao", "Silva J"),
    ("Novák, Jiří", "Novak, Jiri", "Novak J"), ("Chen, Li", "Li Chen", "Chen L"),
    ("Haddad, Layla", "Layla Haddad", "Haddad L"), ("Gupta, Ravi", "Ravi Gupta", "Gupta R"),
    ("Sørensen, Mads", "Soerensen, Mads", "Sorensen M"),
)  # fmt: skip


@dataclass
class Planted:
    """A set of records whose duplicates are known; all names and works in it are made up."""

    seed: int
    citations: list[Citation] = field(default_factory=list)
    truth: list[tuple[int, int, str]] = field(default_factory=list)
    """Place of the original, place of its duplicate, and what was done to it."""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        while len(self.citations) < ORIGINALS:
            self.citations += [self.original()]
            if self.chance.random() < 0.45 and len(self.citations) < ORIGINALS:
                self.citations += [self.hard_negative(self.citations[-1])]
        chosen = self.chance.sample(range(ORIGINALS), PLANTED)
        for n, place in enumerate(chosen):
            kind = ("typos", "preprint", "transliterated")[n % 3]
            if kind == "preprint" and NOTICE.match(self.citations[place].title):
                kind = "typos"  # a correction has no preprint
            self.truth += [(place, len(self.citations), kind)]
            self.citations += [getattr(self, kind)(self.citations[place])]

    def original(self) -> Citation:
        """A new record of a journal."""
        pick = self.chance.choice
        method = pick(METHODS)
        words = {"m": method, "M": method[0].upper() + method[1:], "x": pick(MODALITIES), "t": pick(TASKS)}
        title = pick(SHAPES).format(**words, f=pick(FINDINGS))
        if self.chance.random() < 0.06:
            title = f"{pick(RUSSIAN)} при заболевании «{pick(FINDINGS)}» ({pick(MODALITIES)})"
        return Citation(
            title=title,
            authors=tuple(name[0] for name in self.chance.sample(PEOPLE, self.chance.randint(1, 7))),
            year=self.chance.randint(2016, 2025),
            venue=pick(VENUES)[0],
            doi=self.doi(),
            abstract=self.abstract(words) if self.chance.random() < 0.6 else "",
            kind="article",
        )

    def doi(self) -> str:
        """A DOI as journals give them."""
        return f"10.{self.chance.randint(1000, 9999)}/j.{self.chance.randint(10**6, 10**7)}"

    def abstract(self, words: dict[str, str]) -> str:
        """Sentences as every second paper has them, with figures of its own."""
        n, a, b = self.chance.randint(100, 9999), self.chance.randint(60, 99), self.chance.randint(1, 9)
        sentences = [
            f"Annotated {words['x']} are scarce.", f"We train {words['m']} on {n} images of {b} hospitals.",
            f"The Dice score rises to 0.{a}.", f"Readers told {a} of {n} images apart.",
            "The code is available.", f"For {words['t']}, synthetic images replace {a} % of the real ones.",
            "Patients' privacy is a concern.", f"The FID is {n / 100}.", "Limitations are discussed.",
            f"Results hold for {b} of {b + 2} subgroups.", f"Training takes {b} hours on {b % 4 + 1} GPUs.",
        ]  # fmt: skip
        return " ".join(self.chance.sample(sentences, 9))

    def hard_negative(self, near: Citation) -> Citation:
        """A record that looks much like another and is another publication."""
        other = replace(self.original(), authors=near.authors, year=near.year, venue=near.venue)
        kind = self.chance.randrange(7)
        if kind == 0:
            self.citations[-1] = replace(near, title=f"{near.title}: Part {self.chance.choice(('I', '1'))}")
            return replace(
                other, title=f"{near.title}: Part {self.chance.choice(('II', '2'))}", abstract=near.abstract
            )
        if kind == 1:
            front = self.chance.choice(("Correction to: ", "Erratum: ", "Author Correction: ", "Reply to: "))
            return replace(other, title=front + near.title, abstract="")
        if kind == 2:  # the same words, other people, another year
            strangers = tuple(p[0] for p in self.chance.sample(PEOPLE, 9) if p[0] not in near.authors)
            years = (near.year or 2020) - self.chance.randint(1, 5)
            return replace(
                other, title=near.title, authors=strangers[:4], year=years, venue="Conference abstracts"
            )
        return replace(other, title=self.sequel(near.title, (MODALITIES, TASKS, FINDINGS, METHODS)[kind % 4]))

    def sequel(self, title: str, words: Sequence[str]) -> str:
        """The same group's next paper: one thing is another."""
        here = [word for word in words if word in title]
        fresh = self.chance.choice([word for word in words if word not in title])
        return title.replace(here[0], fresh) if here else f"{title} and {fresh}"

    def typos(self, record: Citation) -> Citation:
        """As keyed in by hand: slips in the title and a name, a list cut short, the DOI missing."""
        title = record.title
        for _ in range(self.chance.randint(1, 3)):
            title = self.slip(title)
        names = [self.slip(name) if self.chance.random() < 0.3 else name for name in record.authors]
        if len(names) > 3 and self.chance.random() < 0.3:
            names = [*names[:3], "et al."]
        return replace(
            record,
            title=self.chance.choice((title, title.upper(), f"{title}.", f"<i>{title}</i>")),
            authors=tuple(names),
            year=(record.year or 0) + self.chance.choice((0, 0, 0, 1, -1)),
            venue=self.abbreviated(record.venue),
            doi=self.chance.choice((record.doi, "", "")),
            abstract=self.chance.choice((record.abstract, "")),
        )

    def slip(self, text: str) -> str:
        """One slip of the pen at a random letter: swapped, left out, doubled, changed, or a space lost."""
        letters = [i for i, letter in enumerate(text) if letter.isalpha() and i + 1 < len(text)]
        i = self.chance.choice(letters)
        kind = self.chance.randrange(9)
        if kind == 8 and " " in text:
            i = self.chance.choice([n for n, letter in enumerate(text) if letter == " "])
            return text[:i] + self.chance.choice(("", "  ", "-")) + text[i + 1 :]
        changed = {0: text[i + 1] + text[i], 1: text[i + 1], 2: text[i] * 2 + text[i + 1]}
        return text[:i] + changed.get(kind % 4, self.chance.choice("aeionrst") + text[i + 1]) + text[i + 2 :]

    def preprint(self, record: Citation) -> Citation:
        """The preprint of the paper: own DOI, up to two years before, its title sometimes another."""
        title = record.title
        if self.chance.random() < 0.45:
            title = self.reworded(title)
        abstract = record.abstract
        for _ in range(self.chance.randint(0, 3) if abstract else 0):
            abstract = abstract.replace(self.chance.choice(("images", "the", "We")), "our", 1)
        draw = self.chance.randint
        number = f"{draw(16, 25)}{draw(1, 12):02}.{draw(10**4, 10**5 - 1)}"
        authors = record.authors if self.chance.random() < 0.8 else (*record.authors, "Newcomer, Nora")
        return replace(
            record,
            title=title,
            authors=authors,
            year=(record.year or 0) - self.chance.choice((0, 0, 1, 1, 2)),
            venue=self.chance.choice(("arXiv", "arXiv preprint", "medRxiv", "bioRxiv")),
            doi=self.chance.choice((f"10.48550/arxiv.{number}", f"10.1101/{number}", "")),
            arxiv=number,
            abstract=abstract,
            kind="Preprint",
        )

    def reworded(self, title: str) -> str:
        """A title as it stood before review."""
        first = self.chance.randrange(5)
        if first == 0 and ":" in title:
            return title.partition(":")[0]
        pairs = ((" with ", " using "), (" by ", " through "), ("Towards ", ""), ("Improving ", "Improved "))
        for old, new in pairs:
            if first in (1, 2) and old in title:
                return title.replace(old, new)
        return {3: f"{title}: a preliminary study", 4: f"A novel approach: {title}"}.get(
            first, f"{title} (preprint)"
        )

    def transliterated(self, record: Citation) -> Citation:
        """As another database spells it: names, the journal, here and there a letter of the title."""
        spelt = {forms[0]: forms for forms in PEOPLE}
        style = self.chance.choice((1, 2))
        title = "".join(self.spelt_out(letter) for letter in record.title)
        return replace(
            record,
            title=self.chance.choice((title, title.replace("isation", "ization").replace("our", "or"))),
            authors=tuple(spelt[name][style] if name in spelt else name for name in record.authors),
            venue=self.abbreviated(record.venue),
            doi=self.chance.choice((record.doi, "", "")),
            abstract=self.chance.choice((record.abstract, "")),
        )

    def spelt_out(self, letter: str) -> str:
        """Cyrillic as libraries write it (ALA-LC, without marks), Greek by name."""
        pairs = "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh "
        pairs += "ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=iu я=ia β=beta"
        table = dict(re.findall(r"(\S)=(\w*)", pairs))
        found = table.get(letter.lower(), letter)
        return found.capitalize() if letter.isupper() and letter.lower() in table else found

    def abbreviated(self, venue: str) -> str:
        """The journal by another name, in half of the cases."""
        names = dict(VENUES)
        return names.get(venue, venue) if self.chance.random() < 0.5 else venue


@dataclass(frozen=True)
class Score:
    """What was found in one set."""

    missed: tuple[tuple[Citation, Citation, str], ...]
    wrong: tuple[tuple[Citation, Citation, str], ...]
    """Records that were to be removed and are none, with what they were taken for."""
    removed: int
    doubtful: int


def score(planted: Planted) -> Score:
    """Find the duplicates of a set and hold them against the truth."""
    records, found = planted.citations, find_duplicates(planted.citations)
    group = {place: n for n, members in enumerate(found.groups) for place in members}
    missed = [t for t in planted.truth if group.get(t[0], -1) != group.get(t[1], -2)]
    real = {frozenset(t[:2]) for t in planted.truth}
    wrong = [
        (members[0], place) for members in found.groups for place in members[1:]
        if not any(frozenset((place, other)) in real for other in members)
    ]  # fmt: skip
    wrong += [
        (members[0], members[-1]) for members in found.groups
        if len({frozenset(m) for m in real if m <= set(members)}) > 1
    ]  # fmt: skip
    return Score(
        missed=tuple((records[i], records[j], kind) for i, j, kind in missed),
        wrong=tuple((records[i], records[j], found.reason(j)) for i, j in wrong),
        removed=sum(len(members) - 1 for members in found.groups),
        doubtful=len(found.doubtful),
    )


def labelled(path: Path) -> Iterator[str]:
    """Hold the groups against a table of real search results with a column source: unique or duplicate.

    Made for labelled_test_set.csv of ASySD (Hair et al. 2023, doi 10.1186/s12915-023-01686-z).
    """
    rows = list(csv.DictReader(path.open(encoding="cp1252", errors="replace")))
    found = find_duplicates([real(row) for row in rows])
    alone = set(range(len(rows))) - {place for group in found.groups for place in group}
    uniques = [sum(rows[place]["source"] == "unique" for place in group) for group in found.groups]
    missed = sum(rows[place]["source"] != "unique" for place in alone) + uniques.count(0)
    duplicates = sum(row["source"] != "unique" for row in rows)
    wrong = sum(n - 1 for n in uniques if n > 1)
    removed = sum(len(group) - 1 for group in found.groups)
    yield f"{path.name}: {len(rows)} records, {duplicates} labelled duplicate; {removed} removed"
    yield f"missed {missed}, wrong {wrong}, left to a person {len(found.doubtful)}"


def real(row: dict[str, str]) -> Citation:
    """A row of that table: names run together, NA where nothing is known."""
    told = {name: "" if text == "NA" else text for name, text in row.items()}
    names = re.split(r"(?<=\.)(?=[^\W\d_][a-z])", told["author"])
    number = told["doi"].removeprefix("http://dx.doi.org/").lower()
    return Citation(
        title=told["title"],
        authors=tuple(re.sub(r"^(.*?)((?: [A-Z]\.)+)$", r"\1,\2", name) for name in names if name),
        year=int(told["year"]) if told["year"] else None,
        venue=told["journal"],
        doi=number if number.startswith("10.") else "",
        abstract=told["abstract"],
    )


@dataclass(frozen=True, kw_only=True)
class Deduplication:
    """Measure the search for near-duplicates on planted sets."""

    sets: int = 50
    """Sets of 200 records, 40 of them planted near-duplicates."""
    first: int = FIRST_SEED
    """The first seed."""
    large: int = 10_000
    """Records of the set that is timed."""
    show: int = 0
    """Missed and wrong pairs to print."""
    labelled: Path | None = None
    """A labelled table of real search results to measure instead."""

    def lines(self) -> Iterator[str]:
        """Found, false, and seconds."""
        return labelled(self.labelled) if self.labelled else self.planted()

    def planted(self) -> Iterator[str]:
        """On planted sets."""
        scores = [score(Planted(seed)) for seed in range(self.first, self.first + self.sets)]
        planted, removed = PLANTED * len(scores), sum(s.removed for s in scores)
        missed, wrong = [m for s in scores for m in s.missed], [w for s in scores for w in s.wrong]
        kinds = {kind: sum(m[2] == kind for m in missed) for kind in ("typos", "preprint", "transliterated")}
        yield f"found: {1 - len(missed) / planted:.4f} of {planted} near-duplicates; missed {kinds}"
        each = [PLANTED - len(s.missed) for s in scores]
        reached = sum(n >= 0.95 * PLANTED for n in each)
        yield f"worst set: {min(each)} of {PLANTED} found; 95 % or more in {reached} of {len(scores)} sets"
        yield f"false: {len(wrong)} of {removed} removed ({len(wrong) / removed:.4f})"
        yield f"false: {len(wrong) / (ORIGINALS * len(scores)):.4f} of {ORIGINALS * len(scores)} originals"
        yield f"left to a person: {sum(s.doubtful for s in scores) / len(scores):.1f} pairs a set"
        for a, b, why in [*missed[: self.show], *wrong[: self.show]]:
            yield f"- {why}"
            yield from (f"    {c.title} {c.authors} {c.year} {c.doi}" for c in (a, b))
        many = [c for seed in range(-(-self.large // 200)) for c in Planted(10**6 + seed).citations]
        start = time.process_time()
        find_duplicates(many)
        yield f"{len(many)} records in {time.process_time() - start:.1f} s of one core"


if __name__ == "__main__":
    print(*tyro.cli(Deduplication).lines(), sep="\n")
