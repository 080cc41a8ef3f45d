"""How far the wording of requests has moved from what an adapter was trained on."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cadagent.errors import InputError
from cadagent.feedback.wording import content_words

WORDING = "wording.json"
"""File beside an adapter that counts the words of its training requests."""

_SHIPPED = Path(__file__).resolve().parent.parent / "adapters"
_NAME = re.compile(r"[\w.-]+")
_MOST_BYTES = 5_000_000
_DRAWS = 20


@dataclass(frozen=True)
class Drift:
    """Words of recent requests against those of the training set.

    Attributes:
        requests: how many requests were looked at.
        unseen: share of their content words that the training set does not have.
        divergence: Jensen-Shannon divergence of the word frequencies, 0 (equal) to 1 (nothing in common).
        expected: the divergence that so few words show when nothing has moved: a mean over samples of the
            training words, seeded.
    """

    requests: int
    unseen: float
    divergence: float
    expected: float


def count_words(texts: Iterable[str]) -> tuple[int, Counter[str]]:
    """How many texts there are, and in how many of them each content word stands."""
    words: Counter[str] = Counter()
    number = 0
    for text in texts:
        words.update(content_words(text))
        number += 1
    return number, words


def drift(texts: Iterable[str], trained: Mapping[str, int]) -> Drift | None:
    """Compare texts with the words of a training set; ``None`` without a word on either side."""
    number, words = count_words(texts)
    total = sum(words.values())
    if not total or not trained:
        return None
    names = sorted(words.keys() | trained.keys())
    now = np.array([words[name] for name in names], dtype=float) / total
    before = np.array([trained.get(name, 0) for name in names], dtype=float)
    before /= before.sum()
    dice = np.random.default_rng(0)
    samples = [_divergence(dice.multinomial(total, before) / total, before) for _ in range(_DRAWS)]
    unseen = sum(count for name, count in words.items() if name not in trained) / total
    return Drift(number, unseen, _divergence(now, before), float(np.mean(samples)))


def _divergence(one: np.ndarray, other: np.ndarray) -> float:
    """Jensen-Shannon divergence in bits (Lin 1991)."""
    middle = (one + other) / 2

    def against(part: np.ndarray) -> float:
        there = part > 0
        return float(np.sum(part[there] * np.log2(part[there] / middle[there])))

    return max(0.0, (against(one) + against(other)) / 2)


def training_words(adapter: str | None) -> dict[str, int] | None:
    """The counted words of an adapter's training requests, by its name or folder; ``None`` where none are.

    Raises:
        InputError: the file is there but is not what it should be.
    """
    if not adapter:
        return None
    folder = _SHIPPED / adapter if _NAME.fullmatch(adapter) else Path(adapter)
    path = folder / WORDING
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return None
        words = json.loads(path.read_text(encoding="utf-8"))["words"]
        return {str(word): int(count) for word, count in words.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} does not count words ({error}).") from error


def write_words(path: Path, texts: Iterable[str], least: int = 2) -> int:
    """Write the words that stand in at least so many texts beside an adapter; returns how many words."""
    number, words = count_words(texts)
    kept = {word: count for word, count in sorted(words.items()) if count >= least}
    path.write_text(
        json.dumps({"requests": number, "words": kept}, ensure_ascii=False, indent=0) + "\n", encoding="utf-8"
    )
    return len(kept)
