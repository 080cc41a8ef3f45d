"""The example library: requests with the designs that answer them, found by what they show.

Text of an example or a request is data: it is cleaned, compared and passed on, and nothing in it is acted on.
"""

from cadagent.retrieval.choosing import Choice
from cadagent.retrieval.examples import KINDS, TRAIN, Example, Kind, example, read_lines
from cadagent.retrieval.features import asked, names, shown
from cadagent.retrieval.library import Library, curated, default_path
from cadagent.retrieval.searching import Hit
from cadagent.retrieval.vocabulary import FEATURES

__all__ = [
    "FEATURES",
    "KINDS",
    "TRAIN",
    "Choice",
    "Example",
    "Hit",
    "Kind",
    "Library",
    "asked",
    "curated",
    "default_path",
    "example",
    "names",
    "read_lines",
    "shown",
]
