"""Sentence vectors: how they are kept and compared; and with the real model, what they find."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cadagent.errors import ModelUnavailable
from cadagent.retrieval import Library, curated, vectors
from tests.retrieval.pairs import empty, plate

needs_model = pytest.mark.skipif(
    not vectors.installed(), reason="sentence vectors not tested: the extra `vectors` is not installed"
)


def test_signs_lead_to_the_nearest_vectors() -> None:
    """Among 5,000 vectors the 200 with the most equal signs have those that are nearest in truth."""
    rng = np.random.default_rng(1)
    wanted = rng.standard_normal(vectors.WIDTH, np.float32)
    wanted /= np.linalg.norm(wanted)
    rows = rng.standard_normal((5000, vectors.WIDTH), np.float32)
    rows[:20] += 8 * wanted  # as texts about the same thing have
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    kept = [vectors.stored(row) for row in rows]
    near = vectors.nearest_signs(wanted, vectors.signs([signs for signs, _ in kept]), 200)
    cosine = vectors.likeness(wanted, [kept[place][1] for place in near])
    assert np.allclose(cosine, rows[near] @ wanted, atol=2e-3)
    assert set(near[np.argsort(-cosine)[:20]]) == set(np.argsort(-(rows @ wanted))[:20])
    assert len(kept[0][0]) == 8 * vectors.SIGNS


def test_a_library_with_vectors_answers_without_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn(texts: list[str]) -> vectors.Vectors:
        rows = [np.random.default_rng(len(text)).standard_normal(vectors.WIDTH) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], np.float32)

    with empty(tmp_path / "examples.db") as library:
        library.add_many(plate(number) for number in range(150))
        with monkeypatch.context() as patch:
            patch.setattr(vectors, "embed", drawn)
            patch.setattr(vectors, "installed", lambda: True)
            told: list[tuple[int, int]] = []
            assert library.fill_vectors(lambda done, total: told.append((done, total))) == 150
            assert told[-1] == (150, 150)
            assert library.fill_vectors() == 0
            assert {"words", "vectors", "signature"} == set(library.search(plate(1).request)[0].ranks)
            library.remove([plate(1).id])
            assert library.query("SELECT count(*) AS n FROM vectors", {})[0]["n"] == 149
        monkeypatch.setattr(vectors, "installed", lambda: False)
        assert "vectors" not in library.search(plate(2).request)[0].ranks


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "installed", lambda: False)
    vectors._model.cache_clear()
    with pytest.raises(ModelUnavailable, match=r"cadagent\[vectors\]"):
        vectors.embed(["a plate"])


@needs_model
def test_the_model_finds_what_other_words_say(tmp_path: Path) -> None:
    with Library.open(tmp_path / "examples.db") as library:
        assert library.fill_vectors() == len(curated())
        unit = vectors.embed(["a plate", "a plate with four holes " * 200])
        assert np.allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-5)
        hits = library.search("something to keep an entrance from falling shut", 169)
        best = min((hit for hit in hits if "vectors" in hit.ranks), key=lambda hit: hit.ranks["vectors"])
        assert "Doorstop".lower() in best.example.request.lower()
        assert hits == library.search("something to keep an entrance from falling shut", 169)
