"""The loss of a small model's completions, worked out without waiting for the GPU.

A small model's step takes less time on a GPU than Python needs to start it. TRL's own loss reads figures back
from the GPU several times a step, and each time the GPU runs dry; here they stay there until they are logged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

_AT_ONCE = 8_192
"""Tokens whose scores over the vocabulary are in memory in one piece."""


@dataclass
class Running:
    """What has been seen since the last log, on the device.

    Attributes:
        right: tokens of completions that were the likeliest ones.
        wanted: tokens of completions.
        read: tokens altogether, prompts included.
    """

    right: list[Tensor] = field(default_factory=list)
    wanted: int = 0
    read: list[Tensor] = field(default_factory=list)

    def taken(self, total: Callable[[Tensor], Tensor] = lambda counts: counts) -> tuple[float, int]:
        """The share of right tokens and how many tokens were read; waits for the device, and starts anew.

        Args:
            total: adds up what all processes have counted.
        """
        device = self.read[0].device if self.read else None
        counts = [torch.stack(one).sum() if one else torch.tensor(0) for one in (self.right, self.read)]
        seen = torch.stack([*(one.to(device) for one in counts), torch.tensor(self.wanted, device=device)])
        right, read, wanted = map(int, total(seen))
        self.right, self.wanted, self.read = [], 0, []
        return right / wanted if wanted else 0.0, read


_SCORES_CHANGED = (
    "final_logit_softcapping",
    "logit_scale",
    "output_multiplier",
    "lm_head_multiplier",
    "logits_scaling",
)
"""Keys of configurations by which architectures change the scores that their last layer gives."""


def scores_are_plain(config: Any) -> bool:
    """Whether a model's scores are what its last layer gives; of others the direct loss would be wrong."""
    text = config.get_text_config()
    return all(getattr(text, key, None) is None for key in _SCORES_CHANGED)


def take_direct_loss(model: Any, running: Running) -> None:
    """Make a model that trains answer a labelled batch with its direct loss, and nothing else.

    The loss is worked out inside ``forward``, where a wrapper for several processes hears of it.
    """
    plain = model.forward

    @wraps(plain)
    def forward(*args: Any, **kwargs: Any) -> Any:
        if model.training and kwargs.get("labels") is not None:
            return direct_loss(model, kwargs, running)
        return plain(*args, **kwargs)

    model.forward = forward


def direct_loss(model: Any, inputs: Mapping[str, Tensor], running: Running) -> Tensor:
    """The summed cross-entropy of all labelled tokens of a batch.

    Args:
        model: a causal model, or its PEFT wrapper.
        inputs: ``input_ids``, ``attention_mask`` and ``labels``, each of shape (records, tokens); what is
            labelled -100 is not learned.
    """
    core = model.get_base_model() if hasattr(model, "get_base_model") else model
    labels = inputs["labels"]
    # Which places count has to be known on the CPU; asked before anything of this step runs, it is cheap.
    records, places = (labels[:, 1:] != -100).nonzero(as_tuple=True)
    hidden = core.get_decoder()(
        input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False
    ).last_hidden_state[records, places]
    wanted = labels[records, places + 1]
    head = core.get_output_embeddings()
    losses = []
    for start in range(0, max(1, len(wanted)), _AT_ONCE):
        scores = head(hidden[start : start + _AT_ONCE]).float()
        targets = wanted[start : start + _AT_ONCE]
        losses.append(functional.cross_entropy(scores, targets, reduction="sum"))
        running.right.append((scores.detach().argmax(-1) == targets).sum())
    running.wanted += len(wanted)
    running.read.append(inputs["attention_mask"].sum())
    return torch.stack(losses).sum()
