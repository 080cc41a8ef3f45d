"""A request that changes a design that is there: what the model is sent and what its answer must not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cadagent.agent.context import Told
from cadagent.agent.prompts import Preface
from cadagent.design import Finding, canonical, compact, dumps
from cadagent.design.numbers import number_text
from cadagent.requirements.written import written
from cadagent.validation import Report


@dataclass(frozen=True)
class Edit:
    """The design that a request changes, in its canonical form."""

    design: dict[str, Any]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Edit:
        """An edit of a document in any form; raises DesignError if the schema is not met."""
        return cls(canonical(document))

    def told(self, change: str, preface: Preface) -> Told:
        """What the model is told: the design in its compact form, and the cleaned request for the change."""
        return Told(change, design=dumps(compact(self.design)), change=True, preface=preface)

    def known(self, change: str) -> str:
        """The request with the sizes that were there before: neither were chosen by the model."""
        units = self.design["units"]
        sizes = (f"{number_text(figure.said)} {units}" for figure in written(self.design) if figure.size)
        return " ".join([change, *dict.fromkeys(sizes)])

    def checked(self, report: Report) -> Report:
        """The report with an error where the answer is the design as it was."""
        if report.canonical is None or report.canonical != self.design:
            return report
        finding = Finding(
            "agent.unchanged",
            "The design came back as it was; the request asks for a change.",
            hint="Make the change that the request names.",
        )
        return replace(report, valid=False, findings=(finding, *report.findings))
