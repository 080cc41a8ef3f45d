"""Model backends behind one protocol: open one with ``open_model``, stream with ``Model.generate``.

Importing this package is cheap; an engine is imported when a model first generates.
"""

from cadagent.generation.models import ModelSettings, open_model
from cadagent.generation.protocol import Chunk, Finish, Message, Model, Role

__all__ = ["Chunk", "Finish", "Message", "Model", "ModelSettings", "Role", "open_model"]
