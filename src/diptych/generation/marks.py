"""Marks: every synthetic PNG says in its own metadata that it is, and how to make it again.

The mark is an XMP packet (ISO 16684-1) in the iTXt chunk `XML:com.adobe.xmp`, which picture editors,
archives and search engines read. `Iptc4xmpExt:DigitalSourceType` holds the IPTC NewsCode for media made by
a trained model; `AISystemUsed`, `AISystemVersionUsed` and `AIPromptInformation` are of the IPTC Photo
Metadata Standard 2025.1; the seed and the checkpoint's hash stand in Diptych's own namespace. No clock is
read, so equal images are equal files.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from diptych.base.errors import DiptychError

CHUNK = "XML:com.adobe.xmp"
"""Keyword of the iTXt chunk that holds XMP (XMP specification part 3, PNG)."""
SYNTHETIC = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""IPTC NewsCode: created by a model trained on sampled content."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_OURS = "urn:diptych:marks:1"
_PACKET = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n{body}\n<?xpacket end="r"?>'
_LARGEST = 1 << 16
"""Longest packet that is read, in characters; ours are under two thousand."""


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What a synthetic image says of itself."""

    checkpoint: str
    """Name of the checkpoint, such as `chest-nano`."""
    checkpoint_hash: str
    """First digits of the SHA-256 of the checkpoint's weights, as the checkpoint states them."""
    request: str
    """The sentence that was asked for, as it was written."""
    seed: int
    """The seed of this very image."""
    source_type: str = SYNTHETIC


def png_text(marks: Marks) -> dict[str, str]:
    """The text chunks of a synthetic image: keyword -> text, for `CohortWriter.add(png_text=...)`."""
    return {CHUNK: _packet(marks)}


def read_marks(path: Path) -> Marks | None:
    """The marks of a PNG, or None when it carries none of Diptych's.

    Raises `DiptychError` when the file is no readable image or its packet is damaged.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            packet = str(image.info.get(CHUNK, ""))
    except (UnidentifiedImageError, SyntaxError, ValueError) as error:
        raise DiptychError.of(str(path), "is not a readable image", "give a PNG file") from error
    return _parse(packet, str(path)) if packet else None


def _packet(marks: Marks) -> str:
    fields = {
        "rdf:about": "",
        "Iptc4xmpExt:DigitalSourceType": marks.source_type,
        "Iptc4xmpExt:AISystemUsed": "Diptych",
        "Iptc4xmpExt:AISystemVersionUsed": marks.checkpoint,
        "Iptc4xmpExt:AIPromptInformation": marks.request,
        "diptych:checkpointHash": marks.checkpoint_hash,
        "diptych:seed": str(marks.seed),
    }
    attributes = "\n   ".join(f"{name}={_quoted(value)}" for name, value in fields.items())
    spaces = f'xmlns:rdf="{_RDF}" xmlns:Iptc4xmpExt="{_IPTC}" xmlns:diptych="{_OURS}"'
    body = f"<rdf:RDF {spaces}>\n  <rdf:Description {attributes}/>\n </rdf:RDF>"
    return _PACKET.format(body=f'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n {body}\n</x:xmpmeta>')


def _quoted(text: str) -> str:
    """The text as an XML attribute value; what XML 1.0 cannot hold becomes U+FFFD."""
    kept = "".join(letter if _is_xml(letter) else "\ufffd" for letter in text)
    return quoteattr(kept, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _is_xml(letter: str) -> bool:
    code = ord(letter)
    return letter in "\t\n\r" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _parse(packet: str, where: str) -> Marks | None:
    if len(packet) > _LARGEST or "<!" in packet:
        raise DiptychError.of(where, "its XMP packet is oversized or has a document type", "do not trust it")
    try:
        tree = ElementTree.fromstring(packet.strip("\ufeff \n").encode())
    except ElementTree.ParseError as error:
        raise DiptychError.of(
            where, f"its XMP packet is damaged ({error})", "make the image again"
        ) from error
    description = tree.find(f".//{{{_RDF}}}Description[@{{{_OURS}}}seed]")
    if description is None:
        return None
    return _of(description, where)


def _of(description: ElementTree.Element, where: str) -> Marks:
    seed = description.get(f"{{{_OURS}}}seed", "")
    if not seed.removeprefix("-").isdecimal():
        raise DiptychError.of(where, f"its mark has the seed {seed!r}", "make the image again")
    return Marks(
        checkpoint=description.get(f"{{{_IPTC}}}AISystemVersionUsed", ""),
        checkpoint_hash=description.get(f"{{{_OURS}}}checkpointHash", ""),
        request=description.get(f"{{{_IPTC}}}AIPromptInformation", ""),
        seed=int(seed),
        source_type=description.get(f"{{{_IPTC}}}DigitalSourceType", ""),
    )
