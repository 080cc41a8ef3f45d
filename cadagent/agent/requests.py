"""Requests that cannot be a part, whatever a model says: answered before any model is loaded.

Precision comes before recall. A real request that is turned away here is lost, while the model itself can
still refuse one that passes.
"""

from __future__ import annotations

import re
import unicodedata


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


_SMALL_TALK = _words(
    "hi hello hey hiya howdy yo greetings good morning afternoon evening day night how are you doing",
    "what's up thanks thank thx cheers please bye goodbye see ok okay yes no help test testing there all",
    "everyone everybody again so very much today friend mate a lot cadagent is it who i am",
)
_FOREIGN = (
    _words(  # German
        "ein eine einen einer eines mit und der die das den dem von aus für ist sind zwei drei vier fünf",
        "sechs acht breit hoch lang dick durchmesser löcher löchern loch platte würfel zylinder bohrung",
    ),
    _words(  # French
        "un une le la les des du de avec et sur pour est dans au aux deux trois quatre cinq six huit",
        "épaisseur diamètre trou trous plaque hauteur largeur longueur rayon cylindre carré",
    ),
    _words(  # Spanish
        "un una el la los las de del con y en para es por dos tres cuatro cinco seis ocho agujero agujeros",
        "placa diámetro espesor altura ancho largo radio cilindro cubo",
    ),
    _words(  # Italian
        "un una uno il lo la gli di del della con e per è da due tre quattro cinque sei otto foro fori",
        "piastra diametro spessore altezza larghezza lunghezza raggio cilindro cubo",
    ),
    _words(  # Portuguese
        "um uma o os as de do da com e em para é por dois duas três quatro cinco seis oito furo furos",
        "chapa placa diâmetro espessura altura largura comprimento raio cilindro cubo",
    ),
    _words(  # Dutch
        "een de het met en van voor twee drie vier vijf zes acht gat gaten plaat dikte hoogte breedte",
        "lengte doorsnede cilinder kubus",
    ),
    _words(  # Polish
        "z i na w o oraz dwa trzy cztery płyta otwór otwory otworami średnica średnicy grubość wysokość",
    ),
)
_ENGLISH = _words(
    "a an the with of and by from to on at is are in for each its it that this which long wide thick high",
    "tall deep hole holes plate block cylinder box cube radius diameter thickness height width length make",
    "create draw build write design between through inch inches into one two three four five",
)
_FEWEST_WORDS = 3
_DRAWING_SIGNS = frozenset("αβγδθλπφΦΔΩΘ")
_LATIN = ("LATIN", "MICRO", "FEMININE", "MASCULINE", "FULLWIDTH LATIN")


def hopeless(text: str) -> tuple[str, str] | None:
    """``("refuse", reason)`` or ``("ask", topic)`` for a request that no model needs to see, else ``None``.

    That is: text without any letter, small talk and nothing else, text mostly in another script, and text in
    which at least three different words are those of another language and none is an English word of this
    trade.

    Args:
        text: a cleaned request.
    """
    letters = [character for character in text if character.isalpha()]
    digits = any(character.isdigit() for character in text)
    if not letters:
        return ("ask", "shape") if digits else ("refuse", "not_a_part")
    foreign = sum(not _is_latin(character) for character in letters)
    latin = sum(character not in "xX" for character in letters) - foreign  # 40x20x5 is read in every script
    if foreign > max(1, latin):
        return "refuse", "other_language"
    words = set(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower()))
    if not digits and words <= _SMALL_TALK:
        return "refuse", "not_a_part"
    if not words & _ENGLISH and any(len(words & known) >= _FEWEST_WORDS for known in _FOREIGN):
        return "refuse", "other_language"
    return None


def _is_latin(character: str) -> bool:
    """Latin letters, and the Greek ones that drawings use."""
    return unicodedata.name(character, "").startswith(_LATIN) or character in _DRAWING_SIGNS
