"""Batches of about equal work: records of similar length together, as many as a token budget holds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence


class TokenBatches:
    """A batch sampler: every batch pads to at most ``budget`` tokens, every epoch mixes the records anew.

    Records are shuffled, cut into windows, sorted by length inside a window and filled into batches, whose
    order is shuffled again: padding stays at a few per cent while the neighbours of a record change from
    epoch to epoch. The first batch of the first epoch is the one that pads to the most tokens, so that a
    budget that does not fit the memory fails at once and not after minutes.

    Args:
        lengths: tokens of each record.
        budget: longest record times number of records, at most; a longer record makes a batch of its own.
        most: records of a batch at most; 0: as many as the budget holds.
        seed: with the epoch's number decides the order.
        multiple: number of processes that share the batches; each epoch has a multiple of it.
    """

    def __init__(
        self, lengths: Sequence[int], *, budget: int, most: int = 0, seed: int = 0, multiple: int = 1
    ) -> None:
        self.lengths = list(lengths)
        self.budget = budget
        self.most = most or len(self.lengths)
        self.seed = seed
        self.multiple = multiple
        self.epoch = 0

    WINDOW = 8192
    """Records that are sorted together."""

    def set_epoch(self, epoch: int) -> None:
        """The number of the epoch that the next iteration runs through."""
        self.epoch = epoch

    def batches(self, epoch: int) -> list[list[int]]:
        """The batches of one epoch, as record numbers."""
        rng = random.Random(f"{self.seed}:{epoch}")
        order = list(range(len(self.lengths)))
        rng.shuffle(order)
        batches: list[list[int]] = []
        for start in range(0, len(order), self.WINDOW):
            batch: list[int] = []
            for record in sorted(order[start : start + self.WINDOW], key=self.lengths.__getitem__):
                # Ascending lengths: the newest record is the longest, and what the others pad to.
                full = len(batch) == self.most
                if batch and (full or self.lengths[record] * (len(batch) + 1) > self.budget):
                    batches.append(batch)
                    batch = []
                batch.append(record)
            batches.append(batch)
        rng.shuffle(batches)
        if epoch == 0:
            largest = max(range(len(batches)), key=lambda at: self.padded(batches[at]))
            batches.insert(0, batches.pop(largest))
        whole = len(batches) - len(batches) % self.multiple
        # Fewer batches than processes: without one of its own, a process would end, and leave the others.
        return batches[:whole] if whole else (batches * self.multiple)[: self.multiple]

    def padded(self, batch: Sequence[int]) -> int:
        """Tokens of a batch once its records are padded to the longest."""
        return len(batch) * max(self.lengths[record] for record in batch)

    def __iter__(self) -> Iterator[list[int]]:
        epoch, self.epoch = self.epoch, self.epoch + 1
        return iter(self.batches(epoch))

    def __len__(self) -> int:
        return len(self.batches(self.epoch))
