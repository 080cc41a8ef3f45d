"""Chat templates: the exact prompt text that a model was, and is, trained on.

The text is built here and not by an engine's template, because SmolLM2's own template slips in a system
prompt of its own, and because training and inference must not differ by a single character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cadagent.generation.protocol import Message

TURN_START = "<|im_start|>"
TURN_END = "<|im_end|>"
"""Token text that ends a turn. Training appends it to every completion; engines stop at it."""

# Control tokens of SmolLM2's vocabulary. Spelled out inside a message they would end or open a turn.
_CONTROL = re.compile(
    r"<(?=\|endoftext\|>|\|im_start\|>|\|im_end\|>|repo_name>|reponame>|file_sep>|filename>|gh_stars>|issue_start>"
    r"|issue_comment>|issue_closed>|jupyter_start>|jupyter_text>|jupyter_code>|jupyter_output>|jupyter_script>"
    r"|empty_output>)"
)


def without_system(turns: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Turns for a template without a system role: the system prompt stands at the head of the first request.

    Those that do not begin with a system prompt and a request are left as they are.
    """
    if [turn["role"] for turn in turns[:2]] != ["system", "user"]:
        return list(turns)
    system, first, *rest = turns
    return [first | {"content": f"{system['content']}\n\n{first['content']}"}, *rest]


def render_chat(messages: Sequence[Message]) -> str:
    """The prompt for ``messages`` in SmolLM2's chat format, ending where the assistant's answer begins.

    No system prompt is added when the messages have none. Control tokens in a message lose their meaning: a
    space follows their ``<``.
    """
    turns = [
        f"{TURN_START}{message.role}\n{_CONTROL.sub('< ', message.content)}{TURN_END}\n"
        for message in messages
    ]
    return "".join(turns) + f"{TURN_START}assistant\n"
