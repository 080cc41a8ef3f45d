"""Text from outside as harmless text: what a model or a file name says never acts on the terminal."""

from __future__ import annotations

import unicodedata

from textual.content import Content

ELLIPSIS = "…"


def visible(text: str) -> str:
    """The text with every character that acts instead of showing replaced, one for one.

    Control characters become their pictures (escape is ``␛``), others without a picture ``�``; line feeds and
    tabs stay. That covers ANSI sequences, bidirectional overrides and zero-width characters.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_picture(character) for character in text)


def _picture(character: str) -> str:
    if character in "\n\t" or character.isprintable():
        # Combining marks and the like stay; separators that are no plain blank count as not printable.
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return " " if unicodedata.category(character) == "Zs" else "\N{REPLACEMENT CHARACTER}"


def on_one_line(text: str, width: int = 10_000) -> str:
    """The visible text with white space folded, cut with an ellipsis at ``width`` characters."""
    folded = " ".join(visible(text).split())
    return folded if len(folded) <= width else folded[: max(0, width - 1)] + ELLIPSIS


def plain(text: str, style: str = "") -> Content:
    """Visible text in one style; square brackets in it are just brackets."""
    return Content.styled(visible(text), style) if style else Content(visible(text))


def tail(text: str, lines: int, width: int) -> str:
    """The end of a text as at most ``lines`` lines of ``width`` characters, without looking at all of it."""
    wanted = visible(text[-lines * width :]).replace("\n", " ").replace("\t", " ")
    return "\n".join(wanted[start : start + width] for start in range(0, len(wanted), width))


def size_text(size: tuple[float, ...] | list[float]) -> str:
    """Edge lengths in millimetres: ``40 × 20 × 5 mm``."""
    return " × ".join(f"{value:.6g}" for value in size) + " mm"


def count_text(count: int, noun: str) -> str:
    """``1 finding``, ``2 findings``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
