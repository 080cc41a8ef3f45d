"""Settings: four sources in order of strength, and wrong values refused with their place."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from cadagent.errors import InputError
from cadagent.settings import Settings, describe, load_settings


def load(
    tmp_path: Path, *, user: str = "", project: str = "", env: dict[str, str] | None = None, **flags: Any
):
    user_file = tmp_path / "user" / "config.toml"
    user_file.parent.mkdir()
    user_file.write_text(user)
    (tmp_path / "cadagent.toml").write_text(project)
    return load_settings(flags, environment=env or {}, directory=tmp_path, user_file=user_file)


def test_defaults_hold_where_nothing_is_said(tmp_path: Path) -> None:
    settings = load_settings(environment={}, directory=tmp_path, user_file=tmp_path / "none.toml")
    assert settings == Settings()
    assert (settings.model, settings.max_attempts, settings.db) == ("embedded", 4, Path("feedback.db"))


def test_project_file_beats_user_file_environment_beats_files_flag_beats_all(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        user="max_attempts = 1\nseed = 1\nmax_tokens = 1\nthreads = 1",
        project="max_attempts = 2\nseed = 2\nmax_tokens = 2",
        env={"CADAGENT_MAX_ATTEMPTS": "3", "CADAGENT_SEED": "3"},
        max_attempts=4,
    )
    assert (settings.threads, settings.max_tokens, settings.seed, settings.max_attempts) == (1, 2, 3, 4)


def test_a_flag_not_given_and_an_empty_variable_change_nothing(tmp_path: Path) -> None:
    settings = load(tmp_path, project='units = "in"', env={"CADAGENT_UNITS": ""}, units=None)
    assert settings.units == "in"


def test_the_environment_names_the_database(tmp_path: Path) -> None:
    assert load(tmp_path, env={"CADAGENT_DB": "~/parts.db"}).db == Path.home() / "parts.db"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_attempts = 0", "max_attempts: a whole number from 1 to 100 is wanted, not '0'"),
        ("max_attempts = true", "max_attempts: a whole number from 1 to 100 is wanted, not 'True'"),
        ("max_attempts = 1.5", "max_attempts: a whole number from 1 to 100 is wanted, not '1.5'"),
        ("seconds = nan", "seconds: a positive number of seconds is wanted, not 'nan'"),
        ("units = 'furlong'", "units: one of mm, cm, m, in, ft, unit is wanted, not 'furlong'"),
        ("units = ['mm']", "units: one of mm, cm, m, in, ft, unit is wanted, not"),
        ("db = 5", "db: a path is wanted, not '5'"),
        ("model = ''", "model: a text is wanted, not ''"),
        ("max_atempts = 3", "unknown setting 'max_atempts'; did you mean max_attempts?"),
        ("seed = ", "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_naming_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, project=text)
    assert str(tmp_path / "cadagent.toml") in str(caught.value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cadagent.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"cadagent\.toml is not valid TOML"):
        load_settings(environment={}, directory=tmp_path, user_file=tmp_path / "none.toml")


def test_a_wrong_variable_and_a_wrong_flag_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^environment variable CADAGENT_SEED: a whole number .* not 'x'$"):
        load(tmp_path, env={"CADAGENT_SEED": "x"})
    with pytest.raises(InputError, match=r"^option --build-seconds: a positive number .* not '-1'$"):
        load_settings({"build_seconds": "-1"}, environment={}, directory=tmp_path)


def test_settings_made_in_python_are_checked_too() -> None:
    assert Settings(out="designs/7").out == Path("designs/7")  # type: ignore[arg-type]  # converted
    with pytest.raises(InputError, match="max_tokens"):
        Settings(max_tokens=0)


def test_every_setting_explains_itself() -> None:
    listing = describe()
    assert [line.name for line in listing] == [item.name for item in fields(Settings)]
    assert all(line.doc.endswith(".") for line in listing)
    assert listing[0].environment == "CADAGENT_MODEL"
