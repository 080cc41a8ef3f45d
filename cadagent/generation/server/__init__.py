"""Any server that speaks OpenAI's chat protocol: vLLM, Ollama, llama-server, LM Studio, hosted services."""

from cadagent.generation.server.address import from_name, from_url
from cadagent.generation.server.model import ServerModel

__all__ = ["ServerModel", "from_name", "from_url"]
