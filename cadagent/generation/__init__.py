"""Model backends behind one protocol: open one with ``open_model``, stream with ``Model.generate``.

Importing this package is cheap; an engine is imported when a model first generates.
"""

from cadagent.generation.grammar import gbnf
from cadagent.generation.models import ModelSettings, model_lines, open_model
from cadagent.generation.protocol import Chunk, Finish, Identity, Message, Model, Role
from cadagent.generation.templates import TURN_END, render_chat
from cadagent.generation.weights import pull

__all__ = [
    "TURN_END",
    "Chunk",
    "Finish",
    "Identity",
    "Message",
    "Model",
    "ModelSettings",
    "Role",
    "gbnf",
    "model_lines",
    "open_model",
    "pull",
    "render_chat",
]
