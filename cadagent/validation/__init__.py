"""Validation: every check of a design, from its text to its solid, as findings of one type.

Importing this package loads neither the CAD kernel nor shapely; a rule that needs them imports them itself.
"""

from cadagent.design.findings import Finding
from cadagent.validation.registry import STAGES, Rule, Stage, Subject, register_rule, rules
from cadagent.validation.texts import FINDINGS_VERSION, for_model, for_person
from cadagent.validation.validate import Report, validate

__all__ = [
    "FINDINGS_VERSION",
    "STAGES",
    "Finding",
    "Report",
    "Rule",
    "Stage",
    "Subject",
    "for_model",
    "for_person",
    "register_rule",
    "rules",
    "validate",
]
