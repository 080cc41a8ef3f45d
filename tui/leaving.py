"""Workers of a screen that is being taken away while they wait for the store or the model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from textual.css.query import NoMatches
from textual.dom import DOMNode

Node = TypeVar("Node", bound=DOMNode)
P = ParamSpec("P")
R = TypeVar("R")


def leaving(node: DOMNode) -> bool:
    """Whether a screen, or the whole application, is being taken away."""
    return not (node.app.is_running and node.is_attached and node.display)


def until_it_leaves(
    work: Callable[Concatenate[Node, P], Awaitable[R]],
) -> Callable[Concatenate[Node, P], Coroutine[Any, Any, R | None]]:
    """A worker that ends quietly where it finds its widgets gone because its screen is going.

    A screen loses its widgets one by one before it cancels its workers. A widget that is missing on a screen
    that stays is a defect as ever.
    """

    @wraps(work)
    async def watched(node: Node, /, *args: P.args, **kwargs: P.kwargs) -> R | None:
        try:
            return await work(node, *args, **kwargs)
        except NoMatches:
            if not leaving(node):
                raise
            return None

    return watched
