"""Answering prompts token by token: reading in pieces, masks of a grammar, sampling, one or many at a time.

A plain loop instead of transformers' ``generate``: it streams and stops between tokens, keeps what was read
for the next request, takes tokens that a grammar leaves no choice about without running the model for each,
and gives every answer of a batch a grammar's state and a seed of its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cadagent.generation.protocol import Finish
from cadagent.generation.torch.grammar import Vocabulary
from cadagent.generation.torch.prefix import Reading, empty_reading

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

READ_AT_ONCE = {"cpu": 128, "cuda": 2048}
"""Prompt tokens of one pass, and between two looks at whether the request was cancelled."""

COMPACT_BELOW = 0.75
"""Share of a batch still being answered under which the finished rows are taken out of the cache."""

TOP_K, TOP_P = 40, 0.95
"""Of sampling with a temperature; those of the embedded engine."""


@dataclass
class Answer:
    """An answer under construction.

    Attributes:
        prompt: the prompt's tokens.
        most: tokens that the answer may have.
        matcher: state of the grammar, or None.
        random: source of the sampling, or None for the likeliest token.
        tokens: of the answer so far, without the one that ends it.
        finish: why it ended; None while it goes on.
    """

    prompt: list[int]
    most: int
    matcher: Any = None
    random: torch.Generator | None = None
    temperature: float = 0.0
    tokens: list[int] = field(default_factory=list)
    ended_by_token: bool = False
    finish: Finish | None = None

    def take(self, token: int, ends: frozenset[int], *, alone: bool = True) -> list[int]:
        """Append this token and, when written ``alone``, those that the grammar forces after it; returns
        what was appended."""
        if token in ends:
            self.ended_by_token = True
            self.finish = "stop"
            return []
        taken = [token]
        if self.matcher is not None:
            self._follow([token])
            if alone:
                # The tokenizer's own split of the forced text, as in the training data.
                forced = self.matcher.compute_ff_tokens()[: self.most - len(self.tokens) - 1]
                self._follow(forced)
                taken += forced
            if self.matcher.is_stopped():
                self.finish = "stop"
        self.tokens += taken
        if self.finish is None and len(self.tokens) >= self.most:
            self.finish = "length"
        return taken

    def _follow(self, tokens: list[int]) -> None:
        if tokens and not self.matcher.consume_tokens(tokens):
            raise RuntimeError(f"the grammar lost its way: {self.matcher.get_error()}")

    @property
    def written(self) -> int:
        """Length of the answer in tokens, the one that ended it included."""
        return len(self.tokens) + self.ended_by_token


class Decoder:
    """Runs a model forward.

    Args:
        ends: tokens that end an answer.
    """

    def __init__(self, model: PreTrainedModel, vocabulary: Vocabulary, ends: Sequence[int]) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._ends = frozenset(ends)
        self.device = model.device
        self._step = READ_AT_ONCE.get(self.device.type, READ_AT_ONCE["cuda"])
        parameters = inspect.signature(type(model).forward).parameters
        self._cache_argument = "cache" if "cache" in parameters else "past_key_values"
        self.short_rope = _short_rope(model.config)

    def answer(
        self,
        answer: Answer,
        reading: Reading | None,
        emit: Callable[[list[int]], None],
        ended: Callable[[], bool],
    ) -> Reading:
        """Write one answer, handing on its tokens as they come; returns what the model has then read.

        Args:
            reading: what is known already of the prompt's beginning.
            ended: asked between two passes; True stops with the finish ``cancelled``.
        """
        reading = reading or empty_reading(self._model)
        waiting = answer.prompt[len(reading.ids) :]
        while answer.finish is None:
            reading, logits = self._read(reading, waiting, ended)
            if logits is None or ended():
                answer.finish = "cancelled"
                break
            (token,) = self._choose(logits, [answer])
            waiting = answer.take(token, self._ends)
            if waiting:
                emit(waiting)
        return reading

    def _read(self, reading: Reading, tokens: list[int], ended: Callable[[], bool]) -> tuple[Reading, Any]:
        """Read on; returns the logits ``[1, width]`` behind the last token, None when it was cancelled.

        Models with two sets of rotary factors (longrope) use the long set once a text is longer than the
        short one reaches, for every position in it. What was read with the other set is read again.
        """
        length = len(reading.ids) + len(tokens)
        long = self.is_long(length)
        if long != reading.long:
            tokens = reading.ids + tokens
            reading = empty_reading(self._model)
            reading.long = long
        at, logits = 0, None
        while at < len(tokens):
            if ended():
                return reading, None
            have = len(reading.ids)
            end = have + min(self._step, len(tokens) - at)
            if long and self.short_rope is not None:
                # The model looks at the last position of each pass to choose the set.
                end = max(end, min(length, self.short_rope + 1))
            piece = tokens[at : at + end - have]
            logits = self._forward(reading.cache, [piece])
            reading.ids += piece
            at += len(piece)
        return reading, logits

    def is_long(self, length: int) -> bool:
        """Whether a text of this length needs the long set of rotary factors."""
        return self.short_rope is not None and length > self.short_rope

    def answer_together(self, answers: Sequence[Answer], ended: Callable[[], bool]) -> None:
        """Write several answers at once, with prompts padded on the left; nothing is kept of them.

        None of them may change its set of rotary factors on the way, and all must use the same.
        """
        import torch

        active = list(answers)
        lengths = [len(one.prompt) for one in active]
        width = max(lengths)
        # What stands in the padding is never looked at.
        ids = [[0] * (width - len(one.prompt)) + one.prompt for one in active]
        seen = torch.tensor([[0] * (width - length) + [1] * length for length in lengths])
        positions = (seen.cumsum(1) - 1).clamp(min=0)
        cache = empty_reading(self._model).cache
        step = width if self.is_long(width) else self._step
        for start in range(0, width, step):
            piece = slice(start, start + step)
            if ended():
                active = []
                break
            logits = self._forward(
                cache, [row[piece] for row in ids], seen[:, : piece.stop], positions[:, piece]
            )
        while active:
            going = [row for row, one in enumerate(active) if one.finish is None]
            chosen = self._choose(logits[going], [active[row] for row in going])
            tokens = [0] * len(active)
            for row, token in zip(going, chosen, strict=True):
                tokens[row] = token
                active[row].take(token, self._ends, alone=False)
            going = [row for row in going if active[row].finish is None]
            if not going or ended():
                break
            if len(going) < COMPACT_BELOW * len(active):
                cache.batch_select_indices(torch.tensor(going, device=self.device))
                active, seen = [active[row] for row in going], seen[going]
                tokens, lengths = [tokens[row] for row in going], [lengths[row] for row in going]
            seen = torch.cat([seen, seen.new_ones(len(active), 1)], dim=1)
            logits = self._forward(cache, [[token] for token in tokens], seen, torch.tensor(lengths)[:, None])
            lengths = [length + 1 for length in lengths]
        for one in answers:
            one.finish = one.finish or "cancelled"

    def _forward(
        self,
        cache: Any,
        ids: list[list[int]],
        seen: torch.Tensor | None = None,
        positions: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Logits ``[batch, width]`` behind the last of ``ids``, whose keys and values go into ``cache``."""
        import torch

        options: dict[str, Any] = {self._cache_argument: cache, "use_cache": True, "logits_to_keep": 1}
        if seen is not None and positions is not None:
            options["attention_mask"] = seen.to(self.device)
            options["position_ids"] = positions.to(self.device)
        output = self._model(input_ids=torch.tensor(ids, device=self.device), **options)
        return output.logits[:, -1].float()

    def _choose(self, logits: torch.Tensor, answers: Sequence[Answer]) -> list[int]:
        """The next token of each answer, from its row of the logits."""
        import torch

        held = [row for row, one in enumerate(answers) if one.matcher is not None]
        if held:
            mask = self._vocabulary.allowed([answers[row].matcher for row in held], logits.shape[1])
            forbidden = torch.from_numpy(~mask).to(logits.device)
            if len(held) == len(answers):
                logits = logits.masked_fill(forbidden, -torch.inf)
            else:
                logits[held] = logits[held].masked_fill(forbidden, -torch.inf)
        likeliest: list[int] = logits.argmax(dim=1).tolist()
        return [
            token if one.random is None else _sample(logits[row], one.temperature, one.random)
            for row, (one, token) in enumerate(zip(answers, likeliest, strict=True))
        ]


class TextStream:
    """Text of tokens that come one after the other; half a character waits for its other half."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer
        self._ids: list[int] = []
        self._start = self._told = 0

    def push(self, tokens: list[int], *, last: bool = False) -> str:
        """The text that these tokens add; ``last`` gives out what still waits."""
        self._ids += tokens
        before = self._decode(self._ids[self._start : self._told])
        now = self._decode(self._ids[self._start :])
        if not last and now.endswith("\ufffd"):
            return ""
        # The tokens told last stay in view: a decoder may treat the beginning of a text differently.
        self._start, self._told = self._told, len(self._ids)
        return now[len(before) :]

    def _decode(self, ids: list[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))


def _sample(logits: torch.Tensor, temperature: float, random: torch.Generator) -> int:
    """A token by its probability, from the likeliest ones; on the CPU, so that devices agree."""
    import torch

    values, tokens = logits.topk(min(TOP_K, logits.shape[0]))
    values, tokens = values.cpu(), tokens.cpu()
    probabilities = values.softmax(0)
    inside = probabilities.cumsum(0) - probabilities < TOP_P
    scaled = (values[inside] / temperature).softmax(0)
    return int(tokens[inside][torch.multinomial(scaled, 1, generator=random)])


def _short_rope(config: Any) -> int | None:
    """Longest text of the short set of rotary factors; None for models that have one set."""
    config = config.get_text_config()
    rope = getattr(config, "rope_parameters", None) or getattr(config, "rope_scaling", None) or {}
    if "longrope" not in (rope.get("rope_type"), rope.get("type")):
        return None
    return int(rope.get("original_max_position_embeddings") or config.original_max_position_embeddings)
