"""CAD JSON: the language in which designs are written, stored, judged and built.

Three forms of one design: *compact* (what a model writes), *canonical* (what is stored, shown and hashed) and
*resolved* (plain curves and frames in millimetres for the kernel).
"""

# The folder of operations is loaded before the function of that name: loaded later, it would take its place.
import cadagent.design.operations  # noqa: F401
from cadagent.design.checking import check
from cadagent.design.documents import LANGUAGE_VERSION, QUESTIONS, REFUSALS, UNITS, reply_of
from cadagent.design.findings import Finding
from cadagent.design.forms import canonical, canonicalize, compact
from cadagent.design.publishing import digest, dumps, json_schema, language_hash, reference_table
from cadagent.design.reading import Parsed, parse
from cadagent.design.registry import Operation, operations, register
from cadagent.design.resolving import resolve
from cadagent.design.scene import DesignError

__all__ = [
    "LANGUAGE_VERSION",
    "QUESTIONS",
    "REFUSALS",
    "UNITS",
    "DesignError",
    "Finding",
    "Operation",
    "Parsed",
    "canonical",
    "canonicalize",
    "check",
    "compact",
    "digest",
    "dumps",
    "json_schema",
    "language_hash",
    "operations",
    "parse",
    "reference_table",
    "register",
    "reply_of",
    "resolve",
]
