"""The answer that a sample asks for: a document in compact normal form, or no sample."""

from __future__ import annotations

import re
from typing import Any

from cadagent import design
from training.synthetic.one_form import one_form

_EXPONENT = re.compile(r"\d[eE][-+]?\d")


class Rejected(Exception):
    """A draw that gave no valid sample; the reason is its text."""


def completion(document: dict[str, Any]) -> str:
    """The document in compact normal form, each solid in its one form.

    Raises:
        Rejected: it does not resolve without findings.
    """
    errors = [finding for finding in design.check(document) if finding.severity == "error"]
    if errors:
        raise Rejected(errors[0].code)
    try:
        full = design.canonical(document)
        design.resolve(full)
    except design.DesignError as error:
        raise Rejected(error.findings[0].code) from error
    text = str(design.dumps(design.compact(one_form(design.compact(full)))))
    if any(mark in text for mark in " \n\t") or _EXPONENT.search(re.sub(r'"[^"]*"', "", text)):
        raise Rejected("form")
    return text
