"""The table of rules: named checks, each at one stage on the way from text to solid.

Third-party packages add rules through the entry point group ``cadagent.rules``; each entry point is a
:class:`Rule`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Literal

from cadagent.design import Finding, Parsed
from cadagent.design.forms import Canonical
from cadagent.design.resolving import check_references, evaluate
from cadagent.requirements import Row, compare

if TYPE_CHECKING:
    from cadagent.kernel.result import BuildResult

Stage = Literal["text", "document", "canonical", "resolved", "solid"]
STAGES: tuple[Stage, ...] = ("text", "document", "canonical", "resolved", "solid")


@dataclass
class Subject:
    """What the rules look at; it fills up from stage to stage.

    Attributes:
        text: the text as it came (for a document given as such: its JSON).
        request: the English request, where one is known.
        parsed: the text as read; from stage ``text`` on.
        document: the document as written; from stage ``document`` on.
        canonical: the canonical form with the way back to the document; from stage ``canonical`` on.
        resolved: what the kernel gets (mm); from stage ``resolved`` on.
        result: what the kernel made of it; at stage ``solid``.
    """

    text: str
    request: str | None = None
    parsed: Parsed | None = None
    document: Mapping[str, Any] | None = None
    canonical: Canonical | None = None
    resolved: Mapping[str, Any] | None = None
    result: BuildResult | None = None

    @cached_property
    def evaluated(self) -> tuple[list[dict[str, Any]], list[Finding]]:
        """The canonical operations with every figure as mm, degrees or count, and what was wrong with the
        expressions (canonical pointers)."""
        return ([], []) if self.canonical is None else evaluate(self.canonical.document)

    @cached_property
    def referred(self) -> list[Finding]:
        """What is wrong with ids, references and unused sketches (canonical pointers)."""
        return [] if self.canonical is None else check_references(self.canonical.document)

    @cached_property
    def asked(self) -> tuple[Row, ...]:
        """The request's requirements against what was built; empty without a request or a sound solid."""
        built = self.result
        if not self.request or built is None or not built.ok or built.measurement is None:
            return ()
        document = self.canonical.document if self.canonical is not None else None
        return compare(self.request, built.measurement, built.mesh, document)


@dataclass(frozen=True)
class Rule:
    """One named check.

    A stage is reached only when the stages before it brought no error, so a rule may rely on whatever they
    guarantee. Findings of the stages ``text`` and ``document`` point into the document as written, those of
    later stages into the canonical document (:func:`cadagent.validation.validate` translates them), unless
    the rule says ``written``.

    Attributes:
        name: unique; also the first part of the codes of its findings.
        stage: when it runs.
        check: yields the findings; it must not change the subject.
        doc: what it checks, in one line.
        written: at a later stage, its findings point into the document as written.
    """

    name: str
    stage: Stage
    check: Callable[[Subject], Iterable[Finding]]
    doc: str
    written: bool = False


_MODULES = ("syntax", "units", "schema", "numbers", "references", "order", "frames", "profiles", "geometry",
            "requirements")  # fmt: skip
"""Modules of :mod:`cadagent.validation.rules`, causes first: rules of one stage run in this order."""
_MORE: dict[str, Rule] = {}


def register_rule(rule: Rule) -> None:
    """Add a rule in this process; one of the same name is replaced."""
    _MORE[rule.name] = rule
    rules.cache_clear()


@cache
def rules() -> Mapping[Stage, tuple[Rule, ...]]:
    """All rules by stage: built in first, then those of installed plug-ins by name, then registered ones."""
    table: dict[tuple[Stage, str], Rule] = {}
    for name in _MODULES:
        for rule in import_module(f"cadagent.validation.rules.{name}").RULES:
            table[rule.stage, rule.name] = rule
    for point in sorted(entry_points(group="cadagent.rules"), key=lambda entry: entry.name):
        rule = point.load()
        table.setdefault((rule.stage, rule.name), rule)
    table.update({(rule.stage, rule.name): rule for rule in _MORE.values()})
    return {stage: tuple(rule for rule in table.values() if rule.stage == stage) for stage in STAGES}
