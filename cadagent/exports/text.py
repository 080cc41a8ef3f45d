"""Text and numbers for files: nothing that a name may hold can break out of its place."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")


def xml(text: str) -> str:
    """Text for an XML element or attribute; what XML cannot hold, and what turns text around, becomes �."""
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text), {'"': "&quot;", "'": "&apos;"})


def number(value: float, places: int = 4) -> str:
    """A plain decimal: no exponent, no needless zeros, no minus zero."""
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
