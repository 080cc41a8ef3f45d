"""Rows as findings, for the model, the person and the table of an interface."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from cadagent.design.findings import Finding
from cadagent.design.numbers import number_text
from cadagent.requirements.contradictions import Contradiction
from cadagent.requirements.rows import Row
from cadagent.requirements.written import Written


def findings(rows: Iterable[Row]) -> Iterator[Finding]:
    """A warning for each row that the solid does not hold; pointers lead into the canonical design."""
    for row in rows:
        if row.state == "missing":
            yield Finding(
                "requirements.missing",
                f"The request asks for {wanted(row)}; nothing on the solid measures that.",
                row.pointer,
                "warning",
                expected=wanted(row),
                actual="none",
            )
        elif row.state == "wrong":
            yield Finding(
                "requirements.wrong",
                f"The request asks for {wanted(row)}; the solid has {built(row)}.",
                row.pointer,
                "warning",
                expected=wanted(row),
                actual=built(row),
            )


def doubts(contradictions: Iterable[Contradiction]) -> Iterator[Finding]:
    """A warning for each contradiction within the request itself."""
    for contradiction in contradictions:
        yield Finding("requirements.contradiction", contradiction.message, "", "warning")


def additions(figures: Iterable[Written], units: str) -> Iterator[Finding]:
    """A note for each size of the design that the request does not give."""
    suffix = "" if units == "unit" else f" {units}"
    for figure in figures:
        yield Finding(
            "requirements.unexplained",
            "The request does not give this size.",
            figure.pointer,
            "info",
            actual=f"{number_text(figure.said)}{suffix}",
        )


def unmet(rows: Iterable[Row]) -> tuple[str, ...]:
    """The figures to be checked, for a person: ``diameter 8 mm (built: 16 mm)``."""
    texts = []
    for row in rows:
        if row.unmet:
            found = f"built: {built(row)}" if row.state == "wrong" else "not found"
            texts.append(f"{wanted(row)} ({found})")
    return tuple(dict.fromkeys(texts))


def wanted(row: Row) -> str:
    """What was asked, in the request's own words and unit."""
    requirement = row.requirement
    if requirement.kind == "count":
        return f"{row.asked:g} {requirement.subject}"
    if requirement.kind in ("through", "thread", "centred", "corners", "ratio"):
        return requirement.words
    what = requirement.role if requirement.kind == "length" else requirement.kind
    return " ".join(f"{what or 'size'} {requirement.words}".split())


def built(row: Row) -> str:
    """What the solid has there, in the request's unit."""
    requirement = row.requirement
    if row.measured is None:
        return "another" if requirement.kind != "through" else "no through hole"
    if requirement.kind == "count":
        return f"{row.measured:g}"
    scale = requirement.value / row.asked if row.asked else 1.0
    return f"{number_text(round(row.measured * scale, 6))} {requirement.unit or ''}".strip()


def as_dict(row: Row) -> dict[str, Any]:
    """A row of the table, JSON-ready; lengths in millimetres."""
    requirement = row.requirement
    return {
        "text": requirement.words,
        "span": list(requirement.span),
        "kind": requirement.kind,
        "asked": row.asked,
        "measured": row.measured,
        "state": row.state,
    }
