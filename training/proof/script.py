"""The steps of the proof. Each is done once: what it found is kept in the folder, so that the proof goes on
where it was broken off. Everything goes through the commands that people use.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from cadagent.design import canonical, digest
from cadagent.errors import CadAgentError
from cadagent.evaluation.figures import right
from cadagent.feedback import open_store
from cadagent.feedback.adapters import Adapters
from cadagent.feedback.rounds import Rounds
from training.proof.parts import DAMAGED, FAMILIES, Asked, damaging, requests
from training.rounds.cases import FROZEN, case_line, read_cases
from training.rounds.judging import shares

Tell = Callable[[str], None]
SAMPLE = 8
"""Requests whose answers are compared byte for byte before a round and after the rollback."""
SHIPPED = "nl2cad"
"""The adapter that ships."""
_SPARE = 1.15
"""So many times more requests than corrections are run: some may be right by chance."""
_MOST_WORKERS = 64
"""Of ``cadagent run`` and ``cadagent evaluate``."""

_COMMAND = "from cadagent.cli import main; main()"


class ProofError(CadAgentError):
    """A step of the proof could not be done."""


@dataclass
class Proof:
    """One proof under way.

    Attributes:
        folder: of all that it writes; nothing else is touched.
        corrections: results of each family that are corrected.
        unseen: further requests of each family, which nothing is trained on.
        workers: processes for runs, verdicts and rounds.
        at_once: rounds and evaluations that may go on at the same time.
        gpus: as ``CUDA_VISIBLE_DEVICES`` names them; rounds that go on at the same time get one each.
        options: further options of every ``cadagent round start``.
        tell: told about each step.
    """

    folder: Path
    corrections: int = 60
    unseen: int = 60
    workers: int = 1
    at_once: int = 1
    gpus: Sequence[str] = ()
    options: Sequence[str] = ()
    tell: Tell = print
    seed: int = 1
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # -- the steps -------------------------------------------------------------------------------------------

    def run(self) -> dict[str, Any]:
        """All steps; returns what they found."""
        self.folder.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        self.step("settings", self._settings)
        self.step("requests", self._requests)
        self.step("runs", self._runs)
        self.step("verdicts", lambda: self._verdicts("proof.db", {FAMILIES[0]: self._right(FAMILIES[0])}))
        self.step("sample before", self._sample)
        self._together(
            {
                "first round": lambda: self._round("first round", "proof.db", self.workers),
                "before": lambda: self._evaluate("before", SHIPPED),
            }
        )
        self.step("sample first", self._sample)
        self.step("copies", self._copies)
        # Two of these three rounds answer the frozen set: the one with exchanged labels ends before.
        share = max(1, self.workers // min(self.at_once, 2))
        self._together(
            {
                "second round": lambda: self._round("second round", "proof.db", share),
                "damaging round": lambda: self._round("damaging round", "damaged.db", share, 1),
                "shuffled round": lambda: self._round("shuffled round", "shuffled.db", share, 2),
                "first": lambda: self._evaluate("first", self._adapter_of("first round")),
            }
        )
        self.step("second", lambda: self._evaluate("second", self._adapter_of("second round")))
        self.step("rollbacks", self._rollbacks)
        found = self.state()
        found["seconds"] = found.get("seconds", 0.0) + time.monotonic() - began
        self._write(found)
        return found

    def _settings(self) -> dict[str, Any]:
        return {
            "corrections": self.corrections,
            "unseen": self.unseen,
            "options": list(self.options),
            "workers": self.workers,
            "machine": _machine(len(self.gpus)),
        }

    def _requests(self) -> dict[str, Any]:
        """The requests of both families, those that are run and those that nothing is trained on."""
        wanted = round(self.corrections * _SPARE)
        rows: list[Asked] = []
        unseen = []
        for family in FAMILIES:
            drawn = list(islice(requests(family, self.seed), wanted + self.unseen))
            rows += drawn[:wanted]
            unseen += drawn[wanted:]
        rows += islice(damaging(self.seed, read_cases(FROZEN, "frozen")), self.corrections)
        _write_rows(self.folder / "requests.jsonl", [{"id": one.id, "request": one.request} for one in rows])
        known = [vars(one) for one in rows]
        _write_rows(self.folder / "answers.jsonl", known)
        with (self.folder / "unseen.jsonl").open("w", encoding="utf-8") as out:
            out.writelines(case_line(one.id, one.request, one.design, one.family) for one in unseen)
        return {"run": len(rows), "unseen": len(unseen)}

    def _runs(self) -> dict[str, Any]:
        """Every request through ``cadagent run``, as it would be asked in an office."""
        self.cadagent(
            ("run", "--batch", "requests.jsonl", "results.jsonl", *self._workers()),
            db="proof.db",
            fine=(0, 1),
        )
        rows = _rows(self.folder / "results.jsonl")
        return {"runs": len(rows), "valid": sum(row["status"] == "valid" for row in rows)}

    def _verdicts(self, db: str, designs: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        """Corrections through ``cadagent feedback verdict``, as many of each family as are wanted.

        Args:
            designs: by family, the design that a person makes of each request, by the request's id. A result
                that is that design already is accepted.
        """
        runs = self._run_ids(db)
        work: list[tuple[str, ...]] = []
        counts: dict[str, int] = {}
        folder = self.folder / f"designs-{db}"
        folder.mkdir(exist_ok=True)
        for family, wanted in designs.items():
            corrected = 0
            for name, design in wanted.items():
                if name not in runs:  # nothing was answered: there is nothing to correct
                    continue
                run, answer = runs[name]
                if answer == digest(canonical(json.loads(design))):
                    work.append(("feedback", "verdict", run, "accept", "--seconds", "3"))
                elif corrected < self.corrections:
                    corrected += 1
                    path = folder / f"{name}.json"
                    path.write_text(design, encoding="utf-8")
                    what = ("correct", "--design", str(path.relative_to(self.folder)), "--seconds", "20")
                    work.append(("feedback", "verdict", run, *what))
            counts[family] = corrected
        with ThreadPoolExecutor(max(1, self.workers)) as pool:
            for _ in pool.map(lambda arguments: self.cadagent(arguments, db=db), work):
                pass
        return counts

    def _evaluate(self, name: str, adapter: str) -> dict[str, Any]:
        """The unseen requests of both families through ``cadagent evaluate``: how many are right."""
        out = f"evaluated-{name}"
        self.cadagent(("evaluate", "unseen.jsonl", "--adapter", adapter, "--out", out, *self._workers()))
        found: dict[str, Any] = {}
        for row in _rows(self.folder / out / "results.jsonl"):
            one = found.setdefault(row["level"], {"cases": 0, "first": 0, "final": 0})
            one["cases"] += 1
            one["first"] += bool(right(row["first"]))
            one["final"] += bool(right(row["final"]))
        return found

    def _sample(self) -> list[list[str]]:
        """Every answer of the model to some requests, with the adapter that is live; a list a request."""
        rows = [row for row in _rows(self.folder / "answers.jsonl") if row["family"] != DAMAGED]
        per = SAMPLE // 2
        chosen = [row for family in FAMILIES for row in [r for r in rows if r["family"] == family][:per]]

        def answers(row: dict[str, Any]) -> list[str]:
            # A process each: nothing that was read before may decide what is answered.
            done = self.cadagent(("run", row["request"], "--json"), db="proof.db", fine=(0, 1))
            with open_store(self.folder / "proof.db", read_only=True) as store:
                return [attempt.text for attempt in store.attempts(json.loads(done)["run"])]

        with ThreadPoolExecutor(max(1, self.workers)) as pool:
            return list(pool.map(answers, chosen))

    def _round(self, name: str, db: str, workers: int, place: int = 0) -> dict[str, Any]:
        """A round through ``cadagent round start``; goes on with the one that was broken off, if one was.

        Args:
            place: which of the GPUs it gets, as far as there are so many.
        """
        with open_store(self.folder / db) as store:
            broken = any(one.status is None for one in Rounds(store).all())
        anew = ("--workers", str(workers), *self.options)
        gpu = self.gpus[place % len(self.gpus)] if self.gpus else None
        arguments = ("round", "start", *(("--resume",) if broken else anew))
        self.cadagent(arguments, db=db, fine=(0, 1), heard=name, gpu=gpu)
        with open_store(self.folder / db, read_only=True) as store:
            rounds = Rounds(store)
            last = rounds.all()[-1]
            if last.status is None:
                raise ProofError(f"the {name} has not ended: the same command goes on with it")
            names = Adapters(store).names()
            measured = [
                {**row, "adapter": names.get(str(row["adapter"]), "the bare model")}
                for row in shares(store, last.id)
            ]
            path = Adapters(store).find(last.adapter).path if last.adapter else None
            return {
                "status": last.status,
                "reason": last.reason,
                "adapter": path,
                "card": rounds.card(last.id),
                "measured": measured,
            }

    def _copies(self) -> dict[str, Any]:
        """What people say of the second family, rightly; in one copy with the designs exchanged, in another
        with wrong ones of a third family beside the right ones."""
        family = FAMILIES[1]
        right_ones = self._right(family)
        designs = list(right_ones.values())
        shifted = dict(zip(right_ones, [*designs[1:], designs[0]], strict=True))
        for copy in ("shuffled.db", "damaged.db"):
            if not (self.folder / copy).exists():
                self.cadagent(("feedback", "backup", copy), db="proof.db")
        return {
            "shuffled": self._verdicts("shuffled.db", {family: shifted}),
            "damaged": self._verdicts("damaged.db", {family: right_ones, DAMAGED: self._right(DAMAGED)}),
            "second": self._verdicts("proof.db", {family: right_ones}),
        }

    def _rollbacks(self) -> dict[str, Any]:
        """Back to the first round's adapter, and back to what ships: the answers are those of then."""
        state = self.state()
        found = {}
        ways = (
            ("first", "second round", self._adapter_of("first round"), "sample first"),
            ("before", "first round", SHIPPED, "sample before"),
        )
        for name, of, wanted, before in ways:
            promoted = state[of]["status"] == "promoted"
            # A proof that was broken off may have gone back already.
            if promoted and self.adapter("proof.db") != wanted:
                self.cadagent(("round", "rollback", "--reason", "the proof goes back"), db="proof.db")
            found[name] = {"rolled back": promoted, "same": self._sample() == state[before]}
        return found

    # -- inside ----------------------------------------------------------------------------------------------

    def _workers(self) -> tuple[str, str]:
        return "--workers", str(min(self.workers, _MOST_WORKERS))

    def step(self, name: str, do: Callable[[], Any]) -> Any:
        """Do a step, unless it is done."""
        known = self.state()
        if name in known:
            return known[name]
        began = time.monotonic()
        self.tell(f"{name} …")
        found = do()
        seconds = time.monotonic() - began
        with self._lock:
            known = self.state()
            known[name] = found
            known.setdefault("times", {})[name] = round(seconds, 1)
            self._write(known)
        self.tell(f"{name}: {seconds:.0f} s")
        return found

    def _together(self, steps: Mapping[str, Callable[[], Any]]) -> None:
        with ThreadPoolExecutor(self.at_once) as pool:
            for future in [pool.submit(self.step, name, do) for name, do in steps.items()]:
                future.result()

    def state(self) -> dict[str, Any]:
        """What the steps have found so far."""
        path = self.folder / "state.json"
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}

    def _write(self, state: Mapping[str, Any]) -> None:
        partial = self.folder / "state.json.part"
        partial.write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")
        partial.replace(self.folder / "state.json")

    def _right(self, family: str) -> dict[str, str]:
        rows = _rows(self.folder / "answers.jsonl")
        return {row["id"]: row["design"] for row in rows if row["family"] == family}

    def _run_ids(self, db: str) -> dict[str, tuple[str, str | None]]:
        """By the id of a request, its run and the digest of its answer."""
        names = {row["request"]: row["id"] for row in _rows(self.folder / "requests.jsonl")}
        found: dict[str, tuple[str, str | None]] = {}
        with open_store(self.folder / db, read_only=True) as store:
            for run in store.runs(limit=1_000_000):
                if run.request in names and run.end is not None and run.end.attempt is not None:
                    found[names[run.request]] = (run.id, run.end.digest)
        return found

    def adapter(self, db: str) -> str:
        """The adapter that answers now."""
        with open_store(self.folder / db, read_only=True) as store:
            live = Adapters(store).all_live()
        return live[0].path if live else SHIPPED

    def _adapter_of(self, name: str) -> str:
        """The adapter that a round made; the one before it where the round made none."""
        return str(self.state()[name]["adapter"] or SHIPPED)

    def cadagent(
        self,
        arguments: Sequence[str],
        *,
        db: str | None = None,
        fine: Sequence[int] = (0,),
        heard: str | None = None,
        gpu: str | None = None,
    ) -> str:
        """Run a command in the folder and return what it prints.

        Args:
            heard: under this name everything is told that the command says meanwhile.
            gpu: the only one that it sees.

        Raises:
            ProofError: it ended with another code than those that are fine.
        """
        command = [sys.executable, "-c", _COMMAND, *arguments, *(("--db", db) if db else ())]
        last = ""
        with (
            TemporaryFile("w+", encoding="utf-8") as out,
            subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                env=_environment() | ({"CUDA_VISIBLE_DEVICES": gpu} if gpu is not None else {}),
            ) as process,
        ):
            assert process.stderr is not None
            for line in filter(None, map(str.strip, process.stderr)):
                last = line
                if heard is not None:
                    self.tell(f"{heard}: {line}")
            code = process.wait()
            out.seek(0)
            printed = out.read()
        if code not in fine:
            raise ProofError(f"cadagent {' '.join(arguments[:3])} ended with {code}: {last}")
        return printed


def _environment() -> dict[str, str]:
    """One thread for each of many processes; no hub, which has nothing to tell; this cadagent, also where it
    is not installed."""
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    return {"CADAGENT_THREADS": "1", "HF_HUB_OFFLINE": "1", **os.environ, "PYTHONPATH": path}


def visible_gpus() -> list[str]:
    """The GPUs of this process, as ``CUDA_VISIBLE_DEVICES`` names them; none without torch."""
    if find_spec("torch") is None:
        return []
    import torch

    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    names = named.split(",") if named else map(str, range(torch.cuda.device_count()))
    return list(names)[: torch.cuda.device_count()]


def _machine(gpus: int) -> dict[str, Any]:
    found: dict[str, Any] = {"cores": os.cpu_count(), "gpu": None}
    if gpus:
        import torch

        found["gpu"] = f"{gpus} x {torch.cuda.get_device_name()}"
    return found


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
