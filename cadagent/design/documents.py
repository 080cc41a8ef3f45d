"""The document as a whole: header, parameters, operations; and the replies that are no design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cadagent.design.expressions import KINDS, MM_PER_UNIT
from cadagent.design.fields import ID_PATTERN, Choice, Field, Findings, Items, Number, Record, Text, shown
from cadagent.design.findings import Finding
from cadagent.design.numbers import check_numbers
from cadagent.design.registry import derived, operation_type

LANGUAGE_VERSION = "1.0"
UNITS = tuple(MM_PER_UNIT)
REFUSALS = {
    "not_a_part": "This is not a part that can be built as a solid.",
    "not_expressible": "This shape is beyond what the CAD language can say.",
    "unknown_standard": "This is a standard part whose sizes are not known here.",
    "contradiction": "The request contradicts itself.",
    "other_language": "Only requests in English are understood.",
}
QUESTIONS = {
    "sizes": "Which sizes should it have?",
    "shape": "What shape should the part have?",
    "position": "Where should it be?",
}
PARAMETER = Record(
    (
        Field("name", Text(ID_PATTERN, "a name"), "its name", True),
        Field("value", Number("ratio"), "a figure, or an expression over earlier parameters", True),
        Field("kind", Choice(tuple(KINDS)), "what it measures", default="length"),
    ),
    what="a parameter",
)
_UNITS = Field(
    "units", Choice(UNITS), "unit of every length; unit = none was said, built as millimetres", True
)


@derived
def document_type(canonical: bool = False, plugins: bool = True) -> Record:
    """The type of a whole document in the compact or the canonical form."""
    head = (
        (
            Field("cad", Choice((LANGUAGE_VERSION,)), "language version", True),
            Field("form", Choice(("canonical",)), "this form", True),
        )
        if canonical
        else ()
    )
    return Record(
        (
            *head,
            _UNITS,
            Field("parameters", Items(PARAMETER, 1, 100), "named figures"),
            Field("operations", Items(operation_type(plugins), 1, 200), "what is done, in order", True),
        ),
        what="a document",
    )


def is_canonical(document: Mapping[str, Any]) -> bool:
    """Whether the document says that it is in the canonical form."""
    return "form" in document or "cad" in document


def reply_of(document: Mapping[str, Any]) -> tuple[str, str] | None:
    """``("refuse", reason)`` or ``("ask", topic)`` when the document is such a reply, else ``None``."""
    for key, words in (("refuse", REFUSALS), ("ask", QUESTIONS)):
        if set(document) == {key} and isinstance(document[key], str) and document[key] in words:
            return key, document[key]
    return None


def check_schema(document: Any) -> Findings:
    """Findings for whatever does not fit the definitions; pointers are into this document."""
    out: Findings = []
    if not isinstance(document, dict):
        return [
            Finding(
                "schema.type", "A document is a JSON object.", expected="an object", actual=shown(document)
            )
        ]
    kind = document_type(is_canonical(document))
    body = dict(document)
    if "units" not in body or body["units"] not in UNITS or not isinstance(body["units"], str):
        body["units"] = "mm"  # the units rule reports it
    kind.check(body, "", out)
    return out


def check_units(document: Mapping[str, Any]) -> Findings:
    """A finding when no unit is declared, or one that is not known."""
    units = document.get("units")
    if units is None:
        return [
            Finding(
                "units.missing",
                "The document declares no unit.",
                "",
                expected='"units": ' + " | ".join(UNITS),
                hint='add "units" first; "unit" when the request names none',
            )
        ]
    if not isinstance(units, str) or units not in UNITS:
        return [
            Finding(
                "units.unknown",
                "This unit is not known.",
                "/units",
                expected=" | ".join(UNITS),
                actual=shown(units),
            )
        ]
    return []


def numbers_findings(document: Any) -> Findings:
    """Findings for figures that are not plain decimals with at most six places."""
    return list(_limited(check_numbers(document)))


def _limited(findings: Iterator[Finding]) -> Iterator[Finding]:
    for count, finding in enumerate(findings):
        if count == 50:
            return
        yield finding
