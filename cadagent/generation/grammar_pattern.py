"""Regular expressions of a schema's ``pattern`` as GBNF expressions.

Only what identifiers and formulas need: literals, classes, groups, alternatives, ``? * + {m,n}``, anchored at
    both
ends. Characters that JSON would have to escape in a string are refused.
"""

from __future__ import annotations

_SPECIAL = set("\\^$.|?*+()[]{}")
_GROUPS = {"d": "0-9", "w": "A-Za-z0-9_"}
_CLASS_ESCAPES = {"\\": "\\\\", "]": "\\]", "[": "\\[", "^": "\\x5E", "-": "\\x2D"}


def quote(text: str) -> str:
    """A GBNF literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pattern_expression(pattern: str, longest: int | None = None) -> str:
    """GBNF for the texts that match ``pattern``, which must begin with ``^`` and end with ``$``.

    Args:
        longest: an open-ended repetition ends after so many rounds.

    Raises:
        ValueError: something that is not supported, with its position.
    """
    if not (pattern.startswith("^") and pattern.endswith("$")) or pattern.endswith("\\$"):
        raise ValueError(f"{pattern!r} must begin with ^ and end with $")
    reader = _Reader(pattern[1:-1], longest)
    expression = reader.alternatives()
    if reader.at < len(reader.text):
        raise reader.error("an unmatched )")
    return expression


class _Reader:
    """Recursive descent over the pattern."""

    def __init__(self, text: str, longest: int | None) -> None:
        self.text = text
        self.at = 0
        self.longest = longest

    def error(self, what: str) -> ValueError:
        return ValueError(f"{what} at character {self.at + 2} of '^{self.text}$' is not supported")

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def next(self) -> str:
        character = self.peek()
        if not character:
            raise self.error("an early end")
        self.at += 1
        return character

    def alternatives(self) -> str:
        branches = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            branches.append(self.sequence())
        return branches[0] if len(branches) == 1 else f"( {' | '.join(branches)} )"

    def sequence(self) -> str:
        parts = []
        while self.peek() not in ("", "|", ")"):
            atom = self.atom()
            parts.append(atom + self.repetition())
        return " ".join(parts) or '""'

    def atom(self) -> str:
        character = self.next()
        if character == "(":
            if self.text.startswith("?:", self.at):
                self.at += 2
            elif self.peek() == "?":
                raise self.error("a special group")
            inner = self.alternatives()
            if self.peek() != ")":
                raise self.error("an open group")
            self.at += 1
            return f"( {inner} )"
        if character == "[":
            return self.character_class()
        if character == "\\":
            escaped = self.next()
            if escaped in _GROUPS:
                return f"[{_GROUPS[escaped]}]"
            character = self.plain(escaped, in_escape=True)
        elif character in _SPECIAL:
            raise self.error(f"a bare {character!r}")
        return quote(self.plain(character))

    def plain(self, character: str, *, in_escape: bool = False) -> str:
        if in_escape and character not in _SPECIAL | set("-/"):
            raise self.error(f"the escape \\{character}")
        if character in '"\\' or ord(character) < 32:
            raise self.error("a character that JSON escapes")
        return character

    def character_class(self) -> str:
        if self.peek() == "^":
            raise self.error("a negated class")
        members = ""
        while (character := self.next()) != "]":
            if character == "\\":
                escaped = self.next()
                if escaped in _GROUPS:
                    members += _GROUPS[escaped]
                    continue
                character = self.plain(escaped, in_escape=True)
            low = self.plain(character)
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self.plain(self.next())
                if high < low or low < '"' <= high or low < "\\" <= high:
                    raise self.error("a range that is empty or spans characters that JSON escapes")
                members += f"{_in_class(low)}-{_in_class(high)}"
            else:
                members += _in_class(low)
        if not members:
            raise self.error("an empty class")
        return f"[{members}]"

    def repetition(self) -> str:
        character = self.peek()
        if character not in ("?", "*", "+", "{"):
            return ""
        self.at += 1
        if character == "?":
            return "?"
        if character == "{":
            end = self.text.find("}", self.at)
            low, comma, high = self.text[self.at : end].partition(",")
            if end < 0 or not low.isdigit() or not (high.isdigit() or high == ""):
                raise self.error("this repetition")
            self.at = end + 1
            if not comma:
                return f"{{{low}}}"
            return f"{{{low},{high or self.open_end(int(low))}}}"
        if self.longest is None:
            return character
        least = int(character == "+")
        return f"{{{least},{self.open_end(least)}}}"

    def open_end(self, least: int) -> str:
        return "" if self.longest is None else str(max(self.longest, least))


def _in_class(character: str) -> str:
    return _CLASS_ESCAPES.get(character, character)
