"""Chat and review line by line: for screen readers, dumb terminals and scripts. No cursor is ever moved."""

from __future__ import annotations

import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cadagent.console import Teller, interruptible
from cadagent.errors import CadAgentError, ExitCode
from cadagent.feedback import REASONS, Filter, Waiting, why_not
from cadagent.settings import Settings
from tui.desk import Desk
from tui.results import Result
from tui.text import visible

_CHAT_HELP = "Say what part you need. Or: accept, reject [REASON], correct, undo, new, help, quit."
_VERBS = ("accept", "reject", "correct", "skip", "undo", "show", "help", "quit")
_REVIEW_HELP = f"{', '.join(_VERBS[:-1])} or {_VERBS[-1]}; the first letters will do"

_NAMED = re.compile(rf"({'|'.join(map(re.escape, REASONS))})(?!\w)[\s,;:.]*", re.IGNORECASE)
"""A reason by its name, with what separates it from the next."""


def chat_lines(settings: Settings) -> ExitCode:
    """Requests from standard input, one a line, until it ends."""
    desk = Desk(settings)
    _say(_CHAT_HELP)
    chat: str | None = None
    shown: Result | None = None
    while (line := _ask("request> ")) is not None:
        match line.split():
            case []:
                continue
            case ["quit" | "exit"]:
                break
            case ["help"]:
                _say(_CHAT_HELP)
            case ["new"]:
                chat, shown = None, None
                _say("A new part.")
            case [("accept" | "reject" | "correct" | "undo") as verb]:
                _decide(desk, shown, verb, 0.0)
            case ["reject", *_]:
                _decide(desk, shown, "reject", 0.0, line.split(maxsplit=1)[1])
            case _:
                try:
                    chat = chat or desk.chats.start()
                    shown = _run(desk, chat, line, shown) or shown
                except CadAgentError as error:
                    _say(f"error: {error}")
    desk.close()
    return ExitCode.VALID


def _run(desk: Desk, chat: str, text: str, current: Result | None) -> Result | None:
    """One request; its answer as the store has it, when there is a valid one."""
    from cadagent.agent import Asked, Finished, Refused, RunStarted
    from cadagent.agent import run as run_agent

    edits, design = None, None
    if current is not None and current.run is not None:
        edits, design = (current.run, current.number), desk.design_of(current)
        _say(f"Changing attempt {current.number} of the part before; `new` begins another part.")
    turn = desk.chats.add_turn(chat, text, edits)
    teller = Teller(sys.stderr)
    teller.live = False  # pieces of words are a torment when they are read aloud
    cancel, run, number = threading.Event(), None, None
    with interruptible(cancel):
        for event in run_agent(
            text, model=desk.model(), design=design, settings=desk.settings, store=desk.store, cancel=cancel
        ):
            if isinstance(event, Refused | Asked):
                _say(event.message)  # the answer to the request, so it is not left to the talk
                continue
            teller.hear(event)
            if isinstance(event, RunStarted) and event.run_id is not None:
                run = event.run_id
                desk.chats.add_run(turn, run)
            if isinstance(event, Finished):
                if event.status not in ("refused", "asked"):  # those have said why in full
                    _say("Cancelled." if event.status == "interrupted" else event.reason)
                number = event.best.number if event.best is not None and event.status == "valid" else None
    if run is None or number is None:
        return None
    result = next(one for one in desk.results(run) if one.number == number)
    _describe(result.built(desk.check(result.text, result.figures)))
    return result


def review_lines(settings: Settings, line: str) -> ExitCode:
    """The queue, one item after the other."""
    desk = Desk(settings)
    try:
        queue = desk.queue.waiting(Filter.parse(line))
        _say(f"{len(queue)} wait for a review. {_REVIEW_HELP}.")
        decided = _review(desk, queue)
    finally:
        desk.close()
    _say(f"{decided} decided.")
    return ExitCode.VALID


def _review(desk: Desk, queue: Sequence[Waiting]) -> int:
    """Ask about each item; how many decisions hold in the end."""
    place = 0
    decided: list[int] = []
    while place < len(queue):
        waiting = queue[place]
        results = desk.results(waiting.run)
        result = next((one for one in results if one.number == waiting.attempt), results[-1])
        result = result.built(desk.check(result.text, result.figures))
        _say(f"\n{place + 1} of {len(queue)}: {waiting.request}")
        _say(f"{waiting.status.replace('_', ' ')}, {waiting.model}, {len(results)} attempts")
        _describe(result)
        began = time.monotonic()
        while (answer := _ask("verdict> ")) is not None:
            word, _, rest = answer.strip().partition(" ")
            verbs = [verb for verb in _VERBS if word and verb.startswith(word)]
            match verbs:
                case ["reject"] if rest:
                    if _decide(desk, result, "reject", time.monotonic() - began, rest):
                        decided.append(place)
                        place += 1
                        break
                case _ if rest:
                    _say(f"{_REVIEW_HELP}.")
                case ["quit"]:
                    return len(decided)
                case ["show"]:
                    _say(result.design_text)
                case ["undo"] if decided and desk.decisions.undo(queue[decided[-1]].run) is not None:
                    place = decided.pop()
                    _say("The last decision is undone; here it is again.")
                    break
                case ["undo"]:
                    _say("There is nothing to undo.")
                case [("accept" | "reject" | "correct" | "skip") as verb]:
                    if _decide(desk, result, verb, time.monotonic() - began):
                        decided.append(place)
                        place += 1
                        break
                case _:
                    _say(f"{_REVIEW_HELP}.")
        if answer is None:
            break
    else:
        _say("Nothing more waits.")
    return len(decided)


def _decide(desk: Desk, result: Result | None, verb: str, seconds: float, reasons: str = "") -> bool:
    """Carry out a decision; whether it is stored. ``reasons`` for a rejection are asked for where empty."""
    if result is None or result.run is None:
        _say("There is nothing to decide on yet.")
        return False
    run, number = result.run, result.number
    actions: dict[str, Callable[[], object]] = {
        "accept": lambda: desk.decisions.decide(run, "accept", attempt=number, seconds=seconds),
        "skip": lambda: desk.decisions.decide(run, "skip", attempt=number, seconds=seconds),
        "undo": lambda: desk.decisions.undo(run),
    }
    try:
        if verb == "reject":
            tags, note = _named(reasons) if reasons else _chosen()
            return _reject(desk, run, number, seconds, tags, note)
        if verb == "correct":
            return _correct(desk, result, seconds)
        done = actions[verb]()
    except CadAgentError as error:
        _say(f"not stored: {error}")
        return False
    _say({"accept": "accepted", "skip": "skipped", "undo": "undone"}[verb] if done else "nothing to undo")
    return done is not None


def _reject(desk: Desk, run: str, number: int, seconds: float, tags: Sequence[str], note: str) -> bool:
    if not tags and not note:
        _say("Not rejected: a reason helps the next model.")
        return False
    desk.decisions.decide(run, "reject", attempt=number, seconds=seconds, tags=tags, note=note)
    _say("rejected" + (f" as {', '.join(tags)}" if tags else "") + (f", note: {note}" if note else ""))
    return True


def _chosen() -> tuple[list[str], str]:
    """Ask for reasons by number, and a note."""
    names = list(REASONS)
    for index, name in enumerate(names, 1):
        _say(f"  {index} {name}: {REASONS[name]}")
    words = (_ask("numbers of reasons, and a note> ") or "").split()
    tags = [names[int(word) - 1] for word in words if word.isdecimal() and 1 <= int(word) <= len(names)]
    return tags, " ".join(word for word in words if not word.isdecimal())


def _named(text: str) -> tuple[list[str], str]:
    """The reasons that a text begins with, by name, and the rest of it as a note.

    Numbers are none here: nobody has seen a list of them, and a note may begin with a figure.
    """
    tags: list[str] = []
    rest = " ".join(text.split())
    while found := _NAMED.match(rest):
        tags.append(found[1].lower())
        rest = rest[found.end() :]
    return list(dict.fromkeys(tags)), rest


def _correct(desk: Desk, result: Result, seconds: float) -> bool:
    """The person's editor, then the checks; an invalid text is offered for more editing."""
    import subprocess

    from tui.external import editor_command

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "design.json"
        path.write_text(result.design_text, encoding="utf-8")
        while True:
            try:
                done = subprocess.run([*editor_command(), str(path)], check=False)
            except OSError as error:
                _say(f"The editor {editor_command()[0]} cannot be started: {error.strerror or error}.")
                return False
            if done.returncode != 0:
                _say("The editor failed; nothing was changed.")
                return False
            report = desk.check(path.read_text(encoding="utf-8", errors="replace"), result.figures)
            if report.valid:
                break
            _say(why_not(report))
            if (_ask("edit again? yes or no> ") or "no").strip() not in ("yes", "y"):
                return False
    assert result.run is not None
    desk.decisions.correct(result.run, result.number, report, seconds=seconds)
    _say("corrected; both designs are kept")
    return True


def _describe(result: Result) -> None:
    """An attempt in words."""
    from tui.asked import asked_rows

    _say(f"attempt {result.number}: {result.state}")
    lines: Sequence[str] = result.measurement.as_lines() if result.measurement is not None else ()
    for line in lines:
        _say(f"  {line}")
    for row in asked_rows(result):
        _say(f"  asked {row.asked}, built {row.built}: {row.state}")
    for finding in result.findings:
        _say(f"  {finding.one_line()}")


def _say(text: str) -> None:
    sys.stdout.write(visible(text) + "\n")
    sys.stdout.flush()


def _ask(prompt: str) -> str | None:
    """A line of the person; ``None`` at the end of the input."""
    sys.stdout.write(prompt)
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None
