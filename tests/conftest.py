"""What all tests share: real cases where they are, and no personal settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA_VARIABLE = "CADAGENT_DATA"


@pytest.fixture(scope="session")
def cadagent_data() -> Path:
    """Folder of the real cases; a test that needs it skips, saying so, where there is none."""
    value = os.environ.get(DATA_VARIABLE)
    if not value:
        pytest.skip(f"real cases not tested: {DATA_VARIABLE} names no folder")
    folder = Path(value)
    if not folder.is_dir():
        pytest.fail(f"{DATA_VARIABLE} is {value}, which is no folder")
    return folder


@pytest.fixture(autouse=True)
def _no_personal_settings(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Neither the environment nor a configuration file of this machine may decide a test, nor what tests of
    another module keep as a person's data.
    """
    for name in [name for name in os.environ if name.startswith("CADAGENT_") and name != DATA_VARIABLE]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-config"))
    data = tmp_path_factory.getbasetemp() / "no-data" / request.path.parent.name / request.path.stem
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
