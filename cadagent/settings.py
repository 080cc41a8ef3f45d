"""All settings of cadagent as one typed object.

Read, weakest first, from the user's ``config.toml``, ``cadagent.toml`` in the working directory, the
environment (``CADAGENT_MODEL``, …) and the command's flags. Every field explains itself, so that the
documentation is a listing of ``describe()``.
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from platformdirs import user_config_path

from cadagent.errors import InputError

ENVIRONMENT_PREFIX = "CADAGENT_"
PROJECT_FILE = "cadagent.toml"
STRATEGIES = ("prune", "repair", "rewrite", "step")
UNITS = ("mm", "cm", "m", "in", "ft", "unit")

_Read = Callable[[Any], Any]
"""Takes a value from a file, the environment or a flag; raises ValueError saying what is wanted."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text is wanted")
    return value.strip()


def _folder_or_file(value: Any) -> Path:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise ValueError("a path is wanted")
    return Path(value).expanduser()


def _one_of(*choices: str) -> _Read:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"one of {', '.join(choices)} is wanted")
        return cast(str, value)

    return read


def _whole(low: int, high: int) -> _Read:
    def read(value: Any) -> int:
        wanted = f"a whole number from {low} to {high} is wanted"
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ValueError(wanted)
        try:
            number = int(value)
        except ValueError:
            raise ValueError(wanted) from None
        if not low <= number <= high:
            raise ValueError(wanted)
        return number

    return read


def _names_of(*choices: str) -> _Read:
    """Some of the choices in an order: a list, or a text with commas; ``none`` is none of them."""

    def read(value: Any) -> tuple[str, ...]:
        wanted = f"names out of {', '.join(choices)} with commas between, or none, are wanted"
        if isinstance(value, str):
            value = [] if value.strip() == "none" else [name.strip() for name in value.split(",")]
        if not isinstance(value, list | tuple) or any(name not in choices for name in value):
            raise ValueError(wanted)
        return tuple(dict.fromkeys(value))

    return read


def _yes_or_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).strip().lower() in ("yes", "true", "1"):
        return True
    if str(value).strip().lower() in ("no", "false", "0"):
        return False
    raise ValueError("yes or no is wanted")


def _seconds(value: Any) -> float:
    wanted = "a positive number of seconds is wanted"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(wanted)
    try:
        number = float(value)
    except ValueError:
        raise ValueError(wanted) from None
    if not (math.isfinite(number) and number > 0):
        raise ValueError(wanted)
    return number


def _setting(default: Any, read: _Read, doc: str) -> Any:
    return field(default=default, metadata={"read": read, "doc": doc})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a command or a run. A wrong value raises ``InputError`` naming the field."""

    model: str = _setting(
        "embedded", _text, "Model that writes the designs; `cadagent models list` names them."
    )
    adapter: str | None = _setting(
        None,
        _text,
        "LoRA adapter for the model, by name or file; left out, the one that ships with it.",
    )
    max_attempts: int = _setting(4, _whole(1, 100), "Attempts at a valid design before a run gives up.")
    max_tokens: int = _setting(1024, _whole(1, 1_000_000), "Tokens that the model may write in one attempt.")
    run_tokens: int = _setting(
        8192, _whole(1, 100_000_000), "Tokens that the model may write in one run, over all its attempts."
    )
    strategies: tuple[str, ...] = _setting(
        ("prune", "repair", "step"),
        _names_of(*STRATEGIES),
        "What the loop tries, in this order, before it asks anew: prune, repair, rewrite, step, or none.",
    )
    opinions: int = _setting(
        0, _whole(0, 100), "Further attempts at a valid design whose figures do not quite add up."
    )
    compare: bool = _setting(
        False,
        _yes_or_no,
        "Whether each valid design is told in English by the adapter that explains designs, and the text is "
        "held against the request: figures that differ do not add up either. Needs `opinions`.",
    )
    examples: int | None = _setting(
        None,
        _whole(0, 50),
        "Examples in the prompt; left out, none for a model that was trained on CAD JSON and 4 for others.",
    )
    seconds: float = _setting(
        120.0, _seconds, "Wall time of a run; a model that still writes then is stopped."
    )
    seed: int = _setting(0, _whole(0, 2**31 - 1), "Seed of the first attempt; equal seeds repeat a run.")
    units: str | None = _setting(
        None, _one_of(*UNITS), "Units for a request that names none; left out, the model chooses."
    )
    db: Path = _setting(Path("feedback.db"), _folder_or_file, "Database that records every run.")
    out: Path | None = _setting(
        None, _folder_or_file, "Folder for the results; left out, a new numbered one under designs/."
    )
    threads: int | None = _setting(
        None, _whole(1, 1024), "Processor threads for the model; left out, one for each core."
    )
    quantize: str | None = _setting(
        None, _one_of("nf4"), "Weights of a transformers model in 4 bits: nf4; left out, as they come."
    )
    server_context: int | None = _setting(
        None,
        _whole(512, 10_000_000),
        "Tokens of the context of a model on a server; left out, what the server tells, or 8192.",
    )
    server_seconds: float = _setting(120.0, _seconds, "Silence of a server after which it counts as stuck.")
    server_requests: int = _setting(4, _whole(1, 1000), "Requests that a server gets at the same time.")
    build_seconds: float = _setting(30.0, _seconds, "Time limit for building one design.")

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if value is not None or item.default is not None:
                object.__setattr__(self, item.name, _read(item.name, value, "the setting"))


@dataclass(frozen=True)
class SettingDoc:
    """One line of the settings' documentation; ``default`` is empty where leaving out means something."""

    name: str
    environment: str
    default: str
    doc: str


def describe() -> list[SettingDoc]:
    """Every setting with its environment variable, default and meaning, in the order of the class."""
    return [
        SettingDoc(
            name=item.name,
            environment=_variable(item.name),
            default="" if item.default is None else str(item.default),
            doc=item.metadata["doc"],
        )
        for item in fields(Settings)
    ]


def load_settings(
    flags: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    user_file: Path | None = None,
) -> Settings:
    """The settings that hold here.

    Args:
        flags: values from the command line by field name; those that are None were not given.
        environment: instead of ``os.environ``. An empty variable counts as not set.
        directory: folder of ``cadagent.toml``; the working directory if left out.
        user_file: instead of ``config.toml`` in the user's configuration folder.

    Raises:
        InputError: an unreadable file, an unknown key or a wrong value; names the file, variable or flag.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for path in (
        user_file or user_config_path("cadagent") / "config.toml",
        (directory or Path()) / PROJECT_FILE,
    ):
        values |= _from_file(path)
    for item in fields(Settings):
        variable = _variable(item.name)
        if environment.get(variable, "").strip():
            values[item.name] = _read(item.name, environment[variable], f"environment variable {variable}")
    for name, value in (flags or {}).items():
        if value is not None:
            values[name] = _read(name, value, f"option --{name.replace('_', '-')}")
    return Settings(**values)


def _from_file(path: Path) -> dict[str, Any]:
    """The checked values of a TOML file; none where there is no such file."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid TOML: {error}") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    known = [item.name for item in fields(Settings)]
    for name in document:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
            raise InputError(f"{path}: unknown setting {name!r}; {hint}")
    return {name: _read(name, value, f"{path}: setting") for name, value in document.items()}


def _read(name: str, value: Any, source: str) -> Any:
    """Check one value; ``source`` says in an error where it came from."""
    read: _Read = Settings.__dataclass_fields__[name].metadata["read"]
    try:
        return read(value)
    except ValueError as error:
        subject = source if source.startswith(("environment", "option")) else f"{source} {name}"
        raise InputError(f"{subject}: {error}, not {str(value)!r}") from None


def _variable(name: str) -> str:
    return ENVIRONMENT_PREFIX + name.upper()
