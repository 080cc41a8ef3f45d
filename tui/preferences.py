"""What a person chose for the application itself: the theme and the keys, in ``tui.toml``."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from cadagent.errors import InputError
from tui.keys import KEYS
from tui.themes import DARK, THEMES


@dataclass(frozen=True)
class Preferences:
    """``keys`` maps ids of actions to keys; what is not in it keeps its default."""

    theme: str = DARK.name
    bell: bool = True
    keys: dict[str, str] = field(default_factory=dict)

    def with_key(self, identifier: str, key: str) -> Preferences:
        """The same with one action on another key; its default key forgets the change."""
        default = next(one.keys for one in KEYS if one.id == identifier)
        keys = {name: value for name, value in self.keys.items() if name != identifier}
        return replace(self, keys=keys if key == default else {**keys, identifier: key})


def preferences_file() -> Path:
    """Where the preferences are kept."""
    return user_config_path("cadagent") / "tui.toml"


def load_preferences(path: Path | None = None) -> Preferences:
    """Read the preferences; those of a file that is not there are the defaults.

    Raises:
        InputError: the file cannot be read or says something unknown.
    """
    path = path or preferences_file()
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Preferences()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    keys = found.get("keys", {})
    known = {key.id for key in KEYS}
    unknown = sorted(
        {*found} - {"theme", "bell", "keys"} | ({*keys} - known if isinstance(keys, dict) else {"keys"})
    )
    if unknown:
        raise InputError(f"{path}: {unknown[0]!r} is unknown.")
    if found.get("theme", DARK.name) not in THEMES:
        raise InputError(f"{path}: no theme {found['theme']!r}; there are {', '.join(THEMES)}.")
    if not isinstance(found.get("bell", True), bool) or not all(
        isinstance(key, str) for key in keys.values()
    ):
        raise InputError(f'{path}: bell is true or false, and keys are texts such as "f8".')
    return Preferences(found.get("theme", DARK.name), found.get("bell", True), keys)


def save_preferences(preferences: Preferences, path: Path | None = None) -> None:
    """Write the preferences; raises InputError when that is not possible."""
    path = path or preferences_file()
    lines = [f"theme = {json.dumps(preferences.theme)}", f"bell = {json.dumps(preferences.bell)}"]
    if preferences.keys:
        lines += [
            "",
            "[keys]",
            *(f"{json.dumps(name)} = {json.dumps(key)}" for name, key in preferences.keys.items()),
        ]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path.parent} cannot be made: {error.strerror or error}.") from error
    from cadagent.results import write_text

    write_text(path, "\n".join(lines) + "\n")
