"""One example: a request and the design that answers it, cleaned and checked."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

from cadagent.design import DesignError, canonical, check, compact, dumps, parse, reply_of, resolve
from cadagent.errors import InputError

Kind = Literal["curated", "synthetic", "accepted", "own"]
KINDS: tuple[str, ...] = get_args(Kind)
MAX_REQUEST = 20_000
MAX_DESIGN = 100_000
COLUMNS = 'kind, request, design, "group", split, origin'
"""What a library keeps of an example."""
TRAIN = "train"
"""The one split whose pairs may be retrieved; any other is kept for measuring."""


@dataclass(frozen=True)
class Example:
    """A pair of request and design.

    Attributes:
        request: the cleaned text: one line without control characters. It is data: nothing in it is acted on.
        design: the compact CAD JSON text in its normal form.
        kind: ``curated`` (shipped), ``synthetic``, ``accepted`` (a person stood by it), ``own`` (by hand).
        group: what must not be torn apart between training and evaluation; empty where it stands alone.
        split: the part of the data that its group is in; only ``train`` may be in a library.
        origin: where it came from: the id of a run, or nothing.
    """

    request: str
    design: str
    kind: Kind = "own"
    group: str = ""
    split: str = TRAIN
    origin: str = ""

    @cached_property
    def id(self) -> str:
        """16 hexadecimal digits of the hash of request and design: the same pair has the same id anywhere."""
        return hashlib.sha256(f"{self.request}\0{self.design}".encode()).hexdigest()[:16]


def example(
    request: str, design: str, *, kind: Kind = "own", group: str = "", split: str = TRAIN, origin: str = ""
) -> Example:
    """An example of a request and a design's text, both checked.

    The design is read, checked without geometry, resolved and brought into its normal form; whether it builds
    is for the caller to find out.

    Raises:
        InputError: there is no request, the text holds no design, or the design has a finding.
    """
    asked = clean(request)
    if len(design) > MAX_DESIGN:
        raise InputError(f"The design has {len(design)} characters; an example has at most {MAX_DESIGN}.")
    return Example(asked, _normal(design), kind, clean_name(group), split, clean_name(origin))


def of_row(row: Mapping[str, Any]) -> Example:
    """The example in a row with :data:`COLUMNS`."""
    return Example(row["request"], row["design"], row["kind"], row["group"], row["split"], row["origin"])


def clean(request: str) -> str:
    """The request in one line, without control and formatting characters.

    Raises:
        InputError: nothing is left, or it is far too long.
    """
    if len(request) > MAX_REQUEST:
        raise InputError(f"The request has {len(request)} characters; at most {MAX_REQUEST} are read.")
    line = clean_name(request)
    if not line:
        raise InputError("The request is empty: say what part the design is.")
    return line


def clean_name(text: str) -> str:
    """A text in one line without control and formatting characters."""
    kept = (c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join("".join(kept).split())


def _normal(text: str) -> str:
    read = parse(text)
    if read.document is None:
        raise InputError(f"The example has no design: {read.findings[0].message}")
    if reply_of(read.document) is not None:
        raise InputError("The example has a reply without a design; only designs are examples.")
    wrong = [finding for finding in (*read.findings, *check(read.document)) if finding.severity == "error"]
    if wrong:
        raise InputError(f"The example's design is not valid: {wrong[0].one_line()}")
    try:
        full = canonical(read.document)
        resolve(full)
    except DesignError as error:
        raise InputError(f"The example's design is not valid: {error.findings[0].one_line()}") from error
    return dumps(compact(full))


def read_lines(path: Path, kind: Kind) -> Iterator[Example | InputError]:
    """The examples of a JSONL file, one a line; for a line that is none, what is wrong with it.

    A line holds ``request`` (or ``prompt``) and ``design`` (or ``completion``), each a text, the design also
    as an object, and optionally ``group`` and ``split``. Lines whose ``task`` is another than ``generate``
    (edits, repairs and refusals of synthetic data) are passed over in silence.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    try:
                        found = _of_line(line, kind)
                    except InputError as error:
                        yield InputError(f"{path}, line {number}: {error}")
                        continue
                    if found is not None:
                        yield found
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def _of_line(line: str, kind: Kind) -> Example | None:
    if len(line) > 2 * (MAX_REQUEST + MAX_DESIGN):
        raise InputError("the line is far too long for an example")
    row = parse(line).document
    if row is None:
        raise InputError("this is no JSON object")
    if row.get("task", "generate") != "generate":
        return None
    request, design = row.get("request", row.get("prompt")), row.get("design", row.get("completion"))
    text = dumps(design) if isinstance(design, dict) else design
    if not isinstance(request, str) or not isinstance(text, str):
        raise InputError("a request and a design are wanted")
    return example(request, text, kind=kind, group=_name(row, "group"), split=_name(row, "split") or TRAIN)


def _name(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise InputError(f"{key} is no text")
    return value or ""
