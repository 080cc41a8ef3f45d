"""What is wrong with a text that is no JSON, in words for a person and not for the author of a parser."""

from __future__ import annotations

from json import JSONDecodeError

_WORDS = {
    "Unterminated string": "a text in quotes is not closed",
    "Invalid control character": "a text in quotes holds a character that must not stand there as it is",
    "Invalid \\": "a backslash in a text begins nothing that JSON knows",
    "Expecting property name": "a name in double quotes is expected",
    "Expecting ':'": "a colon is missing",
    "Expecting ','": "a comma or a closing bracket is missing",
    "Expecting value": "a value is expected",
    "Extra data": "more text follows where the JSON has ended",
}
"""What the messages of :mod:`json` begin with, as a person would say it."""


def words(error: Exception) -> str:
    """What is wrong, without the place; other errors keep their own words."""
    if not isinstance(error, JSONDecodeError):
        return str(error)
    if error.msg.startswith("Invalid control character") and error.doc.startswith(("\n", "\r"), error.pos):
        return _WORDS["Unterminated string"]  # on its line, which is what a person sees of it
    if not error.doc[error.pos :].strip():
        return "the text breaks off"
    if error.doc[error.pos] in "]}" and error.doc[: error.pos].rstrip().endswith(","):
        return "there is a comma too many"
    return next((text for start, text in _WORDS.items() if error.msg.startswith(start)), "it is malformed")


def in_line(error: Exception) -> str:
    """What is wrong with a line that is JSON by itself, with the column."""
    return f"column {error.colno}: {words(error)}" if isinstance(error, JSONDecodeError) else words(error)


def in_file(error: JSONDecodeError) -> str:
    """What is wrong with a file, where, and what to do about it."""
    return f"not JSON, line {error.lineno} column {error.colno}: {words(error)}; {_hint(error)}"


def _hint(error: JSONDecodeError) -> str:
    if not error.doc[: error.pos].strip() and error.msg.startswith("Expecting value"):
        return "give a file that holds a design as JSON"
    if error.msg.startswith("Unterminated string") or not error.doc[error.pos :].strip():
        return "the end of the file is missing, so save or fetch it again"
    return "correct the file there"
