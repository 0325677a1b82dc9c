"""Letters of other scripts and with accents in plain Latin, so that one name has one spelling."""

from __future__ import annotations

import re
import unicodedata


def _pairs(text: str) -> dict[str, str]:
    return dict(re.findall(r"(\S)=(\w*)", text))


_CYRILLIC = _pairs(
    "а=a б=b в=v г=g д=d е=e ж=zh з=z и=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh "
    "щ=shch ъ= ы=y ь= э=e ю=yu я=ya і=i є=ye ґ=g ђ=dj ј=j љ=lj њ=nj ћ=c џ=dz ў=u ѕ=dz"
)
_GREEK = _pairs(
    "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s τ=t υ=y φ=f χ=ch ψ=ps ω=o ς=s"
)
_GREEK_NAMES = _pairs(
    "α=alpha β=beta γ=gamma δ=delta ε=epsilon ζ=zeta η=eta θ=theta ι=iota κ=kappa λ=lambda μ=mu ν=nu ξ=xi "
    "ο=omicron π=pi ρ=rho σ=sigma τ=tau υ=upsilon φ=phi χ=chi ψ=psi ω=omega"
)
_LATIN = _pairs("ß=ss ø=o æ=ae œ=oe ł=l đ=d ð=d þ=th ı=i")
_TABLE = str.maketrans(_CYRILLIC | _GREEK | _LATIN)
_GREEK_LETTER = re.compile(r"(?<![α-ω])[α-ρσ-ω](?![α-ω])")


def latin(text: str) -> str:
    """The text in lower case, its Cyrillic, Greek and accented letters as plain Latin ones.

    Cyrillic and Greek words go by sound (close to BGN/PCGN), single Greek letters by their names, as
    titles spell them out; other scripts stay as they are.
    """
    plain = _GREEK_LETTER.sub(lambda found: _GREEK_NAMES[found[0]], bare(text.lower()))
    return bare(plain.replace("ου", "ou").translate(_TABLE))


def bare(text: str) -> str:
    """The text without accents and other marks, in its own script."""
    # The breve of й and the dots of ё and ї go too: names are compared by how they sound.
    parts = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
