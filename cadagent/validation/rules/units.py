"""Units: one is declared, it is the one the request speaks of, and sizes are of the request's order.

What a request says is often loose, so these comparisons speak up only where the document cannot be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from cadagent.design import Finding
from cadagent.design.documents import check_units, document_type, is_canonical
from cadagent.design.expressions import MM_PER_UNIT
from cadagent.design.fields import Either, Items, Number, Record, Tagged
from cadagent.requirements.figures import figures, units_named
from cadagent.validation.registry import Rule, Subject

_ABSURD = 200  # times the largest figure of the request; no chain of additions gets there
_TINY = 100


def check_declared(subject: Subject) -> Iterable[Finding]:
    """A unit is declared, and known."""
    return () if subject.document is None else check_units(subject.document)


def check_request(subject: Subject) -> Iterable[Finding]:
    """The document's unit is not the request's, though its figures are; or the sizes are of another order."""
    document, request = subject.document, subject.request
    if document is None or not request:
        return
    named, units = units_named(request), str(document["units"])
    sizes = list(_lengths(document_type(is_canonical(document)), document, ""))
    if named and units not in named and not any(isinstance(value, str) for _, value in sizes):
        yield from _contradiction(request, named, units, [value for _, value in sizes])
    else:
        yield from _absurd(request, named, units, sizes)


def _contradiction(request: str, named: frozenset[str], units: str, sizes: list[Any]) -> Iterator[Finding]:
    """Nothing when the figures were converted: 40 mm may well be written as 4 in a document in cm."""
    written = {Fraction(str(value)) for value in sizes}
    said = [figure for figure in figures(request) if figure.unit is not None]
    copied = sum(figure.value in written for figure in said)
    converted = sum(
        _close(figure.value * MM_PER_UNIT[figure.unit or units] / MM_PER_UNIT[units], written)
        for figure in said
    )
    if units == "unit" and named == {"mm"}:
        severity = "warning"  # built as millimetres all the same
    elif copied > converted:
        severity = "error"
    else:
        return
    yield Finding(
        "units.contradict_request",
        "The request speaks of another unit than the document.",
        "/units",
        severity,  # type: ignore[arg-type]  # one of two literals
        expected=" | ".join(sorted(named)),
        actual=units,
    )


def _close(value: Fraction, written: set[Fraction]) -> bool:
    return any(abs(value - other) <= Fraction(1, 10**6) for other in written)


def _absurd(
    request: str, named: frozenset[str], units: str, sizes: list[tuple[str, Any]]
) -> Iterator[Finding]:
    only = next(iter(named)) if len(named) == 1 else None
    said = [
        figure.value * MM_PER_UNIT[unit]
        for figure in figures(request)
        if (unit := figure.unit or only) is not None and figure.value
    ]
    written = [
        (Fraction(str(value)) * MM_PER_UNIT[units], pointer)
        for pointer, value in sizes
        if not isinstance(value, str) and value > 0
    ]
    if len(said) < 2 or not written:
        return
    largest, pointer = max(written, key=lambda entry: entry[0])
    if largest > _ABSURD * max(said):
        yield _implausible(pointer, largest, f"about {_text(max(said))}, the largest figure of the request")
    elif largest * _TINY < min(said):
        yield _implausible(pointer, largest, f"about {_text(min(said))}, the smallest figure of the request")


def _implausible(pointer: str, size: Fraction, expected: str) -> Finding:
    return Finding(
        "units.implausible_size",
        "This size is far from every figure of the request.",
        pointer,
        "warning",
        expected=expected,
        actual=_text(size),
        hint="check the unit",
    )


def _text(size: Fraction) -> str:
    return f"{float(size):g} mm"


def _lengths(kind: Any, value: Any, at: str) -> Iterator[tuple[str, Any]]:
    """Pointer and value of every length of a document that fits its schema, figures and expressions alike."""
    if isinstance(kind, Either):
        kind = kind.pick(value)
    if isinstance(kind, Tagged) and isinstance(value, Mapping):
        kind = kind.table[value[kind.tag]]
    if isinstance(kind, Number):
        if kind.dimension == "length":
            yield at, value
    elif isinstance(kind, Record) and isinstance(value, Mapping):
        for key, entry in value.items():
            if key == "parameters":
                yield from _parameters(entry, f"{at}/{key}")
            else:
                yield from _lengths(kind.by_name[key].type, entry, f"{at}/{key}")
    elif isinstance(kind, Items) and isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _lengths(kind.item, entry, f"{at}/{index}")


def _parameters(entries: list[Mapping[str, Any]], at: str) -> Iterator[tuple[str, Any]]:
    for index, entry in enumerate(entries):
        if entry.get("kind", "length") == "length":
            yield f"{at}/{index}/value", entry["value"]


RULES = (
    Rule("units", "document", check_declared, "a known unit is declared"),
    Rule(
        "units.request", "canonical", check_request, "unit and sizes are plausible against the request", True
    ),
)
