"""A look at a GGUF file before llama.cpp gets it: a damaged file can bring the whole process down.

Layout after https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 2 and 3, little-endian).
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from cadagent.errors import ModelUnavailable

_SCALAR_BYTES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_UINT32, _STRING, _ARRAY = 4, 8, 9
_MOST_ENTRIES = 1 << 24


def check_gguf(path: Path) -> dict[str, int]:
    """Read a GGUF file's whole header and see that its tensors lie inside the file.

    Returns its whole-number entries, such as ``llama.attention.head_count``.

    Raises:
        ModelUnavailable: the file is missing, is no GGUF file, or is cut off.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Header(data).check()
    except OSError as error:
        raise ModelUnavailable(f"The model file {path} cannot be read: {error.strerror or error}") from error
    except (ValueError, struct.error) as error:
        raise ModelUnavailable(f"The model file {path} is damaged or no GGUF file: {error}") from error


class _Header:
    """A cursor over the header; ``struct.error`` means that the file ends too early."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> int:
        """The next number, by its ``struct`` letter."""
        (value,) = struct.unpack_from(f"<{layout}", self.data, self.at)
        self.at += struct.calcsize(layout)
        return int(value)

    def skip(self, count: int) -> None:
        self.at += count
        if self.at > len(self.data):
            raise ValueError("it is cut off")

    def check(self) -> dict[str, int]:
        if self.data[:4] != b"GGUF":
            raise ValueError("it does not begin with GGUF")
        self.at = 4
        version = self.take("I")
        if version not in (2, 3):
            raise ValueError(f"its version is {version}")
        tensors, pairs = self.take("Q"), self.take("Q")
        if max(tensors, pairs) > _MOST_ENTRIES:
            raise ValueError("its counts make no sense")
        numbers: dict[str, int] = {}
        for _ in range(pairs):
            key = self.string()
            kind = self.take("I")
            if kind == _UINT32:
                numbers[key.decode()] = self.take("I")
            else:
                self.value(kind)
        alignment = numbers.get("general.alignment", 32)
        if alignment == 0:
            raise ValueError("its alignment is 0")
        furthest = 0
        for _ in range(tensors):
            self.string()
            dimensions = self.take("I")
            if dimensions > 4:
                raise ValueError(f"a tensor has {dimensions} dimensions")
            self.skip(8 * dimensions + 4)
            furthest = max(furthest, self.take("Q"))
        begin = -(-self.at // alignment) * alignment
        if tensors and begin + furthest >= len(self.data):
            raise ValueError("it is cut off")
        return numbers

    def string(self) -> bytes:
        length = self.take("Q")
        start = self.at
        self.skip(length)
        return self.data[start : self.at]

    def value(self, kind: int) -> None:
        if kind == _STRING:
            self.string()
        elif kind == _ARRAY:
            inner, count = self.take("I"), self.take("Q")
            if count > _MOST_ENTRIES:
                raise ValueError("an array's length makes no sense")
            if inner in _SCALAR_BYTES:
                self.skip(_SCALAR_BYTES[inner] * count)
            else:
                for _ in range(count):
                    self.value(inner)
        elif kind in _SCALAR_BYTES:
            self.skip(_SCALAR_BYTES[kind])
        else:
            raise ValueError(f"it holds a value of unknown type {kind}")
