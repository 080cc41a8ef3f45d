"""Keys and values of what a model has read: kept between requests: a common beginning is read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass
class Reading:
    """What a model has read of one text.

    Attributes:
        cache: transformers' cache of keys and values, ``len(ids)`` long.
        ids: the tokens in it.
        reusable: it can be cut back to any beginning; the state of recurrent layers cannot.
        long: it was read with the rotary factors for long texts, where a model has two sets.
    """

    cache: Any
    ids: list[int] = field(default_factory=list)
    reusable: bool = True
    long: bool = False

    def cut(self, length: int) -> None:
        """Forget all but the first ``length`` tokens."""
        if length < len(self.ids):
            self.cache.crop(length - len(self.ids))
            del self.ids[length:]


def empty_reading(model: PreTrainedModel) -> Reading:
    """A reading of nothing, for this model's kind of layers."""
    from transformers import DynamicCache
    from transformers.cache_utils import Cache

    kinds = {type(layer).__name__ for layer in DynamicCache(config=model.config).layers}
    if kinds <= {"DynamicLayer", "DynamicSlidingWindowLayer"}:
        # Sliding layers keep everything as well: cut back, they would miss what left their window.
        return Reading(Cache(layer_class_to_replicate=_growing_layer()))
    return Reading(DynamicCache(config=model.config), reusable=False)


class Readings:
    """The last reading under each adapter, at most ``context`` tokens in all.

    Keys and values depend on the adapter; a reading under one is worth nothing under another.
    """

    def __init__(self, context: int) -> None:
        self._context = context
        self._kept: dict[str | None, Reading] = {}

    def take(self, adapter: str | None, ids: Sequence[int]) -> Reading | None:
        """The reading under this adapter, cut back to the beginning that it shares with ``ids``.

        At least the last of ``ids`` is left to be read: its logits are not in the cache.
        """
        reading = self._kept.pop(adapter, None)
        if reading is None:
            return None
        reading.cut(_common(reading.ids, ids[:-1]))
        return reading if reading.ids else None

    def keep(self, adapter: str | None, reading: Reading) -> None:
        """Keep this reading for the next request, and drop the oldest of others where it gets too much."""
        if not reading.reusable:
            return
        self._kept.pop(adapter, None)
        self._kept[adapter] = reading
        while len(self._kept) > 1 and sum(len(one.ids) for one in self._kept.values()) > self._context:
            del self._kept[next(iter(self._kept))]

    def clear(self) -> None:
        """Drop everything."""
        self._kept.clear()


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the common beginning."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)


def _growing_layer() -> type:
    """A cache layer in buffers with room to spare: transformers' own copies all it has at every token."""
    import torch
    from transformers.cache_utils import DynamicLayer

    class GrowingLayer(DynamicLayer):
        SPARE = 256
        """Tokens; a full buffer grows by these and by a quarter."""

        def update(
            self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
        ) -> tuple[torch.Tensor, torch.Tensor]:
            """Append keys and values ``[batch, heads, new tokens, size]``; returns all of them."""
            if not self.is_initialized:
                self.lazy_initialization(key_states, value_states)
                self.keys, self.values = key_states[..., :0, :], value_states[..., :0, :]
                self.room = [self.keys, self.values]
            have, new = self.keys.shape[-2], key_states.shape[-2]
            for number, (old, added) in enumerate(((self.keys, key_states), (self.values, value_states))):
                if self.room[number].shape[-2] < have + new:
                    shape = list(added.shape)
                    shape[-2] = (have + new) * 5 // 4 + self.SPARE
                    self.room[number] = added.new_empty(shape)
                    self.room[number][..., :have, :] = old
                self.room[number][..., have : have + new, :] = added
            self.keys, self.values = (room[..., : have + new, :] for room in self.room)
            return self.keys, self.values

        def batch_select_indices(self, indices: torch.Tensor) -> None:
            """Keep these rows of the batch only."""
            super().batch_select_indices(indices)
            # What was selected is a copy without room to spare.
            self.room = [self.keys, self.values]

    return GrowingLayer
