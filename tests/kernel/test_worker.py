"""Designs that hang, crash or eat memory cost a worker, not the program."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cadagent.kernel import Limits, build, build_many, register_step, shutdown
from cadagent.kernel.worker import call_many
from tests.kernel.steps import (
    crash_step,
    cube_step,
    design,
    frame,
    hole,
    hungry_step,
    plate,
    sleep_step,
    step,
    threads_at_once,
)

GOOD = design(plate(), hole("h", [frame(x, y, 5) for x in (-15, 15) for y in (-5, 5)], 4))


@pytest.fixture(scope="module", autouse=True)
def _workers() -> Iterator[None]:
    for name, function in {"sleep": sleep_step, "crash": crash_step, "hungry": hungry_step}.items():
        register_step(name, function)
    register_step("cube", cube_step)
    yield
    shutdown()


def test_a_build_comes_back_measured_and_meshed(tmp_path: Path) -> None:
    result = build(GOOD, step=tmp_path / "part.step", stl=tmp_path / "part.stl", mesh=True)
    assert result.ok and result.findings == [] and result.bodies == ("plate",)
    assert result.measurement is not None and result.mesh is not None
    assert result.measurement.volume == pytest.approx(3748.67, abs=0.005)
    assert result.measurement.hole_count == 4
    assert (tmp_path / "part.step").read_bytes().startswith(b"ISO-10303-21;")
    assert (tmp_path / "part.stl").stat().st_size > 84
    assert result.as_dict()["measurement"]["size"] == [40, 20, 5]


def test_a_hanging_build_is_stopped_in_time() -> None:
    build(GOOD)
    started = time.perf_counter()
    result = build(design(plate(), step("sleep", seconds=60)), limits=Limits(seconds=0.5))
    assert [finding.code for finding in result.findings] == ["geometry.timeout"]
    assert time.perf_counter() - started < 2.5
    assert build(GOOD).ok


def test_a_crash_is_a_finding_and_the_next_build_works() -> None:
    result = build(design(plate(), step("crash")))
    assert [finding.code for finding in result.findings] == ["geometry.worker_crashed"]
    assert build(GOOD).ok


@pytest.mark.skipif(sys.platform != "linux", reason="memory can only be bounded on Linux")
def test_too_much_memory_is_a_finding() -> None:
    result = build(design(plate(), step("hungry")), limits=Limits(memory_mb=512))
    assert [finding.code for finding in result.findings] == ["geometry.out_of_memory"]
    assert build(GOOD).ok


# The limit is counted from /proc, and arenas are glibc's: elsewhere there is nothing to use up.
@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded by addresses on Linux alone")
def test_the_threads_of_a_large_machine_do_not_use_up_the_memory() -> None:
    """manifold3d starts a thread for each core; glibc then reserved 64 MiB and more for each of them."""
    (threads,) = call_many(threads_at_once, [(64,)], ["starting threads"], limits=Limits(memory_mb=1024))
    assert threads == 64


def test_several_at_once_come_back_in_order() -> None:
    slow = design(plate(), step("sleep", seconds=0.4))
    bad = design(plate(), step("teleport"))
    results = build_many([slow, GOOD, bad, GOOD], workers=2)
    assert [result.ok for result in results] == [True, True, False, True]


def test_a_plug_in_step_builds_in_the_worker() -> None:
    result = build(design(step("cube", mode="new", targets=None, side=3)))
    assert result.ok and result.measurement is not None
    assert result.measurement.volume == pytest.approx(27)


def test_impossible_numbers_never_reach_a_worker() -> None:
    result = build(design(plate(), hole("h", [frame()], float("nan"))))
    assert [finding.code for finding in result.findings] == ["geometry.not_finite"]
    assert result.seconds < 0.1


def test_warm_builds_are_quick() -> None:
    build(GOOD)
    seconds = sorted(build(GOOD).seconds for _ in range(15))
    assert seconds[7] < 0.15, "ten times the target, for a machine that is busy with other tests"


def test_a_script_without_a_main_guard_can_build(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "print('started')\n"
        "from cadagent.kernel import build\n"
        f"result = build({GOOD!r})\n"
        "print(result.ok, round(result.measurement.volume, 2))\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=root,
        env={"PYTHONPATH": str(root)},
    )
    assert (done.stdout, done.stderr) == ("started\nTrue 3748.67\n", "")


def test_workers_end_where_no_thread_can_start_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """As at the exit of Python 3.12.0 and 3.12.1, where a command printed its answer and never ended."""
    assert build(GOOD).ok

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        shutdown()
    assert not [child for child in multiprocessing.active_children() if "cadagent-kernel" in child.name]


def test_importing_the_kernel_loads_no_geometry() -> None:
    code = "import sys, cadagent.kernel; print({'OCP', 'numpy', 'pebble'} & set(sys.modules))"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=root)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "lines",
    ["warm()", "warm(); time.sleep(0.3)", "build_many([GOOD], workers=1); build_many([GOOD] * 2, workers=2)"],
)
def test_a_program_ends_although_workers_are_starting_or_running(lines: str) -> None:
    code = f"import time\nfrom cadagent.kernel import build_many, warm\nGOOD = {GOOD!r}\n{lines}"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
