"""How single values are written into the database and read back."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """48 bits of milliseconds and 80 random bits in Crockford's base 32 (the layout of a ULID)."""
    number = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def now() -> str:
    """The time in UTC, to the millisecond, in ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def storable(text: str) -> str:
    """The text with lone surrogates, which UTF-8 cannot hold, written as ``\\udxxx``."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def storable_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: storable(value) if isinstance(value, str) else value for key, value in row.items()}


def to_json(value: Any) -> str | None:
    return None if value is None else _encode(value)


def from_json(text: str | None) -> Any:
    return None if text is None else json.loads(text)
