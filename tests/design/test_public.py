"""Public names of the language stay what they are, whatever is loaded after them."""

from __future__ import annotations

import subprocess
import sys


def test_the_function_is_not_replaced_by_the_folder_of_its_name() -> None:
    code = (
        "from cadagent.design.brief import brief_reference\n"
        "brief_reference()\n"
        "from cadagent.design import operations\n"
        "assert 'extrude' in operations()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
