"""A design and its description growing together, one operation and one statement at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from training.synthetic.context import Context
from training.synthetic.numbers import Number

Operation = dict[str, Any]


@dataclass
class Statement:
    """What the request says about one operation, in pieces that every telling style can use.

    Attributes:
        noun: noun phrase with article or count ("a boss 20 mm in diameter").
        where: adverbial place ("on the top face").
        action: key of ``telling.VERBS`` ("add", "cut", "drill", …).
        plural: whether the noun phrase is plural.
        steps: imperative clauses for writers who sketch first ("draw a circle …", "extrude it by 5").
        imperative, declarative, note: ready clauses where the general frames do not fit.
        tails: complete sentences that follow.
        name: what later sentences call it ("boss").
        upto: operations of the part once all of the statement is told.
    """

    noun: str = ""
    where: str = ""
    action: str = "add"
    plural: bool = False
    steps: tuple[str, ...] = ()
    imperative: str = ""
    declarative: str = ""
    note: str = ""
    tails: list[str] = field(default_factory=list)
    name: str = ""
    upto: int = 0


@dataclass
class Solid:
    """A feature that added material, as later features see it.

    ``size`` is its box (x, y, z) as built; ``round`` says which faces are circles ("z": an upright cylinder),
    ``main`` is the face that words such as "the hole" mean when they name none.
    """

    noun: str
    index: int
    size: tuple[float, float, float]
    round: str = ""
    main: str = "top"
    used: dict[str, set[tuple[int, int]]] = field(default_factory=dict)

    def face_size(self, face: str) -> tuple[float, float]:
        """Extent of a face along its u and v."""
        x, y, z = self.size
        return {
            "top": (x, y),
            "bottom": (x, y),
            "front": (x, z),
            "back": (x, z),
            "left": (y, z),
            "right": (y, z),
        }[face]

    def depth_at(self, face: str) -> float:
        """Thickness of the solid behind a face."""
        x, y, z = self.size
        return {"top": z, "bottom": z, "front": y, "back": y, "left": x, "right": x}[face]


class Part:
    """Operations and statements of one request."""

    def __init__(self, ctx: Context, family: str) -> None:
        self.ctx = ctx
        self.family = family
        self.operations: list[Operation] = []
        self.statements: list[Statement] = []
        self.solids: list[Solid] = []
        self.parameters: list[dict[str, Any]] = []
        self.closing: list[str] = []
        self.title = ""

    def add(self, operation: Operation, statement: Statement | None = None) -> int:
        """Append an operation with what is said about it; the index of the operation."""
        self.operations.append(operation)
        if statement is not None:
            self.statements.append(statement)
        if self.statements:
            self.statements[-1].upto = len(self.operations)
        return len(self.operations) - 1

    def solid(self, noun: str, size: tuple[Number, Number, Number], around: str = "") -> Solid:
        """Register the operation just added as a solid that later features can refer to."""
        x, y, z = (float(value) for value in size)
        result = Solid(noun, len(self.operations) - 1, (x, y, z), around)
        self.solids.append(result)
        return result

    def fresh(self, draw: Callable[[], str]) -> str:
        """A noun that no other solid of the part has."""
        taken = {solid.noun for solid in self.solids}
        noun = draw()
        for _ in range(6):
            if noun not in taken:
                return noun
            noun = draw()
        for word in ("second", "third", "fourth", "fifth", "further", "last"):
            if f"{word} {noun}" not in taken:
                return f"{word} {noun}"
        return noun

    def identify(self, index: int, noun: str) -> str:
        """The id of an operation, given to it now (from its noun) when a later operation needs it."""
        operation = self.operations[index]
        if "id" not in operation:
            taken = {other.get("id") for other in self.operations}
            words = "".join(letter if letter.isalnum() else "_" for letter in noun.lower()).strip("_")
            name, number = words, 2
            while name in taken or name in RESERVED:
                name, number = f"{words}{number}", number + 1
            operation["id"] = name
        return str(operation["id"])

    def must_name(self, solid: Solid) -> bool:
        """Whether a sentence about the solid has to say which one it means; unnamed means the latest."""
        if solid is not self.solids[-1]:
            return True
        return len(self.solids) > 1 and self.ctx.chance(0.94)

    def face(self, solid: Solid, face: str) -> str:
        """The face word for a placement: short when the solid is the latest feature that added material."""
        if solid is self.solids[-1]:
            return face
        return f"{self.identify(solid.index, solid.noun)}.{face}"

    def document(self) -> dict[str, Any]:
        """The design in the compact form."""
        result: dict[str, Any] = {"units": self.ctx.unit}
        if self.parameters:
            result["parameters"] = self.parameters
        result["operations"] = self.operations
        return result


#: Words that have a meaning of their own in references and expressions.
RESERVED = {
    "all",
    "vertical",
    "horizontal",
    "top",
    "bottom",
    "left",
    "right",
    "front",
    "back",
    "start",
    "end",
    "side",
    "floor",
    "mid_x",
    "mid_y",
    "mid_z",
    "mm",
    "cm",
    "m",
    "in",
    "ft",
    "world",
    "part",
    "",
}
