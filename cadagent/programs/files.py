"""The programs as contents of files, for :mod:`cadagent.exports`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cadagent.design import DesignError
from cadagent.errors import BuildError, InputError
from cadagent.programs.build123d_writer import build123d_script
from cadagent.programs.fusion import fusion_script


def fusion(part: object, *, document: Mapping[str, Any] | None) -> bytes:
    """The Fusion script of a document; ``part``, which is built from it, proves that it can be built.

    Raises:
        InputError: only the resolved form is there, which has lost names and figures.
        BuildError: an operation cannot be said.
    """
    return _written(fusion_script, document)


def build123d(part: object, *, document: Mapping[str, Any] | None) -> bytes:
    """The build123d program of a document; errors as :func:`fusion`."""
    return _written(build123d_script, document)


def _written(write: Callable[[Mapping[str, Any]], str], document: Mapping[str, Any] | None) -> bytes:
    if document is None:
        raise InputError(
            "a program is written from a design in compact or canonical form, not the resolved one"
        )
    try:
        return write(document).encode("ascii")
    except DesignError as error:
        raise BuildError(str(error)) from error
