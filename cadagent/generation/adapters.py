from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class AdapterFile:
    name: str
    path: Path


def prepare_adapters(wanted, base):
    return []
