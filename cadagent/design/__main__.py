"""``python -m cadagent.design``: write the published schema and reference from the definitions."""

from __future__ import annotations

import json
from pathlib import Path

from cadagent.design.publishing import json_schema, reference_table

FILES = {
    Path("cadagent/design/cad-json.schema.json"): lambda: (
        json.dumps(json_schema(plugins=False), indent=1) + "\n"
    ),
    Path("docs/language.md"): reference_table,
}

if __name__ == "__main__":
    for path, make in FILES.items():
        path.write_text(make(), encoding="utf-8")
