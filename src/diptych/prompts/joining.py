"""Which finding belongs to which place: the one matcher behind both body regions.

People write "caries in teeth 36 and 37" and "teeth 36 and 37 with caries", lists of either,
and both in one sentence. The joiner walks the items of a sentence once. Places wait until a
finding takes them, findings wait until a place comes, and commas, "and" and the word "tooth"
decide the rest, as the methods say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from diptych.prompts.items import Item, Mention

GAP = 3
"""So many unknown words in a row separate a finding from a place."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a body region allows."""

    whole: Callable[[str], bool]
    """Whether a finding may be of the image as a whole."""
    takes: Callable[[str], bool]
    """Whether a finding can have a place."""
    fits: Callable[[str, frozenset[str]], bool]
    """Whether the places of one finding can be those of another that is listed with it."""
    shares: Callable[[str], bool]
    """Whether a finding takes the place of the finding it is listed with ("caries and a crown on 36")."""
    apart: bool = False
    """Whether any place may begin a new group; else only one after a comma or with the word "tooth"."""
    everywhere: frozenset[str] = frozenset()
    """All places, of which "only ... present" names the rest; empty where absence means nothing."""


class Joiner:
    """Joins the items of one sentence; `mentions` holds the result, `idle` the places nothing was said of."""

    def __init__(self, sentence: Sequence[Item], rules: Rules) -> None:
        self.mentions: list[Mention] = []
        self.idle: set[str] = set()
        self._items, self._rules = sentence, rules
        self._open: set[str] = set()  # places that no finding has taken yet
        self._here: frozenset[str] = frozenset()  # places of the latest "place, finding"
        self._waiting: list[tuple[int, Mention]] = []  # findings without a place, with their positions
        self._given: list[Mention] = []  # findings that the latest "finding, place" gave its place to
        self._segment = 0  # mentions before the latest comma
        self._colon = self._only = False
        self._gap = 0
        for at, item in enumerate(sentence):
            self._step(at, item)
        self._finish()

    def _step(self, at: int, item: Item) -> None:
        self._gap = self._gap + 1 if item.kind == "gap" else 0
        if self._gap == GAP:
            self._waiting, self._given = [], []
        if item.kind == "site":
            self._site(at, item)
        elif item.kind == "find":
            self._find(at, item)
        elif item.kind in ("absent", "denied"):
            self._deny(at, item)
        elif item.kind == "present":
            self._present()
        elif item.kind == "only":
            self._only = True
        elif item.kind == "unspecified" and self._waiting:
            self._waiting.pop()[1].unspecified = True
        elif item.kind == "comma":
            self._segment = len(self.mentions)
            self._drop_after_gap(at)
        elif item.kind == "colon":
            self._colon = bool(self._open)

    def _drop_after_gap(self, at: int) -> None:
        """An unknown word before a comma may be a misspelt finding: its place must not go to the next one."""
        if self._open and self._kind(at - 1) == "gap":
            self.idle |= self._open
            self._open = set()

    def _site(self, at: int, item: Item) -> None:
        if self._open:
            self._open |= item.sites
        elif self._denied_tooth(at):
            self._here = frozenset()
            self._given = [self._mention(Item(kind="find", name="missing"), set(item.sites))]
            self._given[0].implied = True
        elif self._has_own_finding(at):
            self._settle()
            self._given = []
            self._open |= item.sites
        elif self._awaited(at, item):
            self._give(item.sites)
        elif self._given and self._goes_on(at, item):
            for mention in self._given:
                mention.sites = (mention.sites or set()) | item.sites
        else:
            self._open |= item.sites

    def _find(self, at: int, item: Item) -> None:
        if self._open:
            self._here, self._open, self._given = frozenset(self._open), set(), []
            self._mention(item, set(self._here))
        elif self._here and self._continues(at, item):
            self._settle()  # "with caries, a filling and a crown": the filling is of the same tooth
            self._mention(item, set(self._here))
        else:
            self._waiting.append((at, self._mention(item, None)))

    def _mention(self, item: Item, sites: set[str] | None) -> Mention:
        mention = Mention(
            name=item.name,
            plural=item.plural,
            negated=item.negated,
            number=item.number,
            usual=item.sites,
            sites=sites,
        )
        self.mentions.append(mention)
        return mention

    def _denied_tooth(self, at: int) -> bool:
        """ "no wisdom teeth": a place that is itself denied, no finding following."""
        if not self._rules.everywhere or at == 0 or self._items[at - 1].kind != "neg":
            return False
        return self._kind_after_sites(at) not in ("find", "absent")

    def _awaited(self, at: int, item: Item) -> bool:
        """Whether the latest finding waits for this place.

        After a comma, "implants" stay those of the whole image.
        """
        if not self._waiting:
            return False
        latest = self._waiting[-1][1]
        if not self._rules.takes(latest.name):
            return False
        complete = latest.negated or latest.usual or self._of_image(latest)
        return not (complete and self._before(at) == "comma" and self._rules.everywhere)

    def _of_image(self, mention: Mention) -> bool:
        """Whether it is of the whole image if no place is named: "implants", not "an implant" of a tooth."""
        return self._rules.whole(mention.name) and (mention.plural or not self._rules.everywhere)

    def _goes_on(self, at: int, item: Item) -> bool:
        """Whether a place joins those just given.

        After "edentulous maxilla," and "no tooth 18," a new list starts.
        """
        closed = self._given[0].usual or self._given[0].implied
        return item.negated or not (closed and self._before(at) == "comma")

    def _has_own_finding(self, at: int) -> bool:
        """Whether a place starts a group that its own finding follows, so that no earlier one has it."""
        before = self._before(at)
        if before in ("find", "absent") and self._waiting:
            return False
        if before != "comma" and not (self._items[at].fresh or self._rules.apart):
            return False
        return self._kind_after_sites(at) != ""

    def _kind_after_sites(self, at: int) -> str:
        """The kind of what directly follows a list of places, if it can take them; "" if not."""
        fresh = self._items[at].fresh
        links = ("site", "and", "or", "comma") if fresh else ("site", "and", "or")
        end = at + 1
        while end < len(self._items) and self._items[end].kind in links:
            end += 1
        if end == len(self._items) or self._items[end - 1].kind != "site":
            return ""
        kind = self._items[end].kind
        if kind == "find" and (self._kind(end + 1) == "site" or self._starts_anew(at, self._items[end])):
            return ""
        return kind if kind in ("find", "absent", "denied", "present", "but", "colon") else ""

    def _starts_anew(self, at: int, finding: Item) -> bool:
        """Whether a finding of the whole image follows a list without a comma ("missing 18, 28 implants")."""
        listed = bool(self._given) and not self._items[at].fresh
        whole = finding.plural and self._rules.whole(finding.name) and bool(self._rules.everywhere)
        return listed and whole

    def _kind(self, at: int) -> str:
        return self._items[at].kind if 0 <= at < len(self._items) else ""

    def _before(self, at: int) -> str:
        """The kind before a position; ", and" counts as a comma."""
        before = self._kind(at - 1)
        return "comma" if before in ("and", "or") and self._kind(at - 2) == "comma" else before

    def _continues(self, at: int, item: Item) -> bool:
        """Whether a finding is said of the same places as the finding before it."""
        before = self._before(at)
        if self._kind(at + 1) == "site" or not self._rules.fits(item.name, self._here):
            return False
        if item.plural and self._rules.whole(item.name):
            return before == "find" or (before == "and" and self.mentions[-1].name != "missing")
        return before in ("find", "and", "or", "but") or (before == "comma" and self._colon)

    def _give(self, sites: frozenset[str]) -> None:
        """Give a place to the finding that waits for it, and to those listed with it."""
        at, latest = self._waiting.pop()
        self._given = [latest]
        while self._waiting and self._rules.shares(latest.name) and self._rules.fits(latest.name, sites):
            before, mention = self._waiting[-1]
            if not self._listed_together(before, at, mention):
                break
            self._waiting.pop()
            self._given.append(mention)
            at = before
        for mention in self._given:
            mention.sites = set(sites)
        self._waiting, self._here, self._only = [], frozenset(), False

    def _listed_together(self, first: int, second: int, mention: Mention) -> bool:
        between = {item.kind for item in self._items[first + 1 : second]}
        if not self._rules.shares(mention.name):
            return False
        return between == {"and"} or (between == {"comma"} and not self._of_image(mention))

    def _deny(self, at: int, item: Item) -> None:
        """ "tooth 18 absent" is missing; "restorations absent" is a negation; "absent teeth: 18" waits."""
        if self._open:
            if self._rules.everywhere:
                self._find(at, Item(kind="find", name="missing"))
            self._open = set()
        elif item.kind == "absent" and self._rules.everywhere and self._kind(at + 1) in ("site", "colon"):
            self._find(at, Item(kind="find", name="missing"))
        else:
            for mention in self.mentions[self._segment :]:
                mention.negated = True

    def _present(self) -> None:
        """ "teeth 33 to 43 present" says nothing new; with "only" all others are missing."""
        if self._open and self._only and self._rules.everywhere:
            self._mention(Item(kind="find", name="missing"), set(self._rules.everywhere - self._open))
        self._open, self._only, self._here, self._given = set(), False, frozenset(), []

    def _settle(self) -> None:
        """What waits in vain is of the places before it, if it needs some: "tooth 36 with caries, crown"."""
        sited = [mention for mention in self.mentions if mention.sites and mention.name != "missing"]
        for _, mention in self._waiting if sited else ():
            if self._rules.shares(mention.name) and not (self._of_image(mention) or mention.negated):
                mention.sites = set(sited[-1].sites or ())
        self._waiting = []

    def _finish(self) -> None:
        """What still waits takes its usual places, or those before it."""
        self.idle |= self._open
        self._settle()
        for mention in self.mentions:
            if mention.sites is None and mention.usual:
                mention.sites = set(mention.usual)
