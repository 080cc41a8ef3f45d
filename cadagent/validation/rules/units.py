"""Units: declared."""
from cadagent.design.documents import check_units
from cadagent.validation.registry import Rule
RULES = (Rule("units", "document", lambda subject: check_units(subject.document), "a known unit is declared"),)
