"""The one family of errors that cadagent raises on purpose, and the exit codes they map to.

Every message is a single line that a person can act on: what is wrong, where, and what to do.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command."""

    VALID = 0
    NO_VALID_DESIGN = 1
    USAGE = 2
    UNAVAILABLE = 3
    DEFECT = 70  # EX_SOFTWARE of sysexits.h
    INTERRUPTED = 130


class CadAgentError(Exception):
    """Root of all errors that are meant for a person; ``str(error)`` is one line."""

    exit_code: ExitCode = ExitCode.USAGE


class InputError(CadAgentError):
    """An input file, option or request cannot be used."""


class StoreError(CadAgentError):
    """The feedback database cannot be opened, read or written."""


class BuildError(CadAgentError):
    """A design could not be turned into a solid."""

    exit_code = ExitCode.NO_VALID_DESIGN


class ModelUnavailable(CadAgentError):
    """A model, its weights or its server cannot be reached or loaded."""

    exit_code = ExitCode.UNAVAILABLE


class KernelUnavailable(CadAgentError):
    """The geometry kernel cannot be loaded on this machine."""

    exit_code = ExitCode.UNAVAILABLE
