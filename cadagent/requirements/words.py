"""The words by which requests say what a figure is: one table a kind, most telling first."""

from __future__ import annotations

import re

COUNTS = {
    "one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
}  # fmt: skip
SHARES = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
POLYGONS = {
    "triang": 3, "pentagon": 5, "hexagon": 6, "heptagon": 7, "octagon": 8, "decagon": 10, "dodecagon": 12,
}  # fmt: skip

POLYGON = re.compile(
    rf"\b(?P<name>{'|'.join(POLYGONS)})(?:al|ular|le|s)?\b(?! (?:formation|arrangement|pattern))",
    re.IGNORECASE,
)

BOLT_CIRCLE = r"(?:bolt|pitch|hole)[- ]circle(?:\s+diameter)?|p\.?c\.?d\b|b\.?c\.?d\b"
DIAMETER = r"diameters?|dia\b\.?|[Øø⌀∅φΦ]|calib(?:er|re)"
RADIUS = r"radius|radii|\bR(?=\s*=?\s*\d)"
ANGLE = r"angles?"
SPACING = (
    r"spac(?:ed|ing)s?|apart|distances?|pitch|gaps?|margins?|padding|padded|offset|insets?|away|"
    r"separat(?:ed|ion)|between|(?:from|to) (?:the |each |its |both )?(?:\w+ ){0,3}(?:edges?|sides?|"
    r"cent(?:er|re)s?|end|corners?|axis|middle|rim|face)|overlap\w*"
)
SIZE = (
    r"lengths?|long|longer|widths?|wide|heights?|high|tall|depths?|deep|thickness(?:es)?|thick|breadth|sides?|"
    r"edges?|base|bases|top|bottom|legs?|across[- ]flats|across[- ]corners|walls?|dimensions?|sizes?|"
    r"square|cube|extrud\w*|extrusion|axis|diagonals?|chamfer\w*|bevel\w*|span|cut|block|plate|box|bar|"
    r"by|measur\w*|rectangle|shaft|rod|steps?|hypotenuse|protrud\w*|arms?|extend\w*|thin"
)
ROLE = re.compile(
    rf"\b(?P<spacing>{BOLT_CIRCLE})|(?P<diameter>{DIAMETER})|\b(?P<radius>{RADIUS})|\b(?P<angle>{ANGLE})\b|"
    rf"\b(?P<apart>{SPACING})\b|\b(?P<length>{SIZE})\b|"
    r"\b(?P<fillet>fillet\w*|rounding|round(?:ed)? (?:corners?|edges?))\b",
    re.IGNORECASE,
)
AFTER = re.compile(
    r"[\s-]*(?:in\s+|of\s+(?:the\s+)?|as\s+)?(?P<outer>outer |outside |inner |inside |overall |total )?"
    rf"(?:(?P<spacing>{BOLT_CIRCLE})|(?P<diameter>{DIAMETER})|(?P<radius>radius|radii)\b|"
    r"(?P<length>long|longer|length|wide|width|high|height|tall|deep|depth|thick|thickness|across[- ]flats|"
    r"across[- ]corners|sides?|square|cube|walls?)\b|(?P<angle>angles?)\b|(?P<apart>apart|spacing|pitch|away|"
    r"from\b|between\b|gaps?\b|margin)|"
    r"(?P<hole>(?:(?:clearance|through|round|circular|blind|drilled|tapped|central|small|cent(?:er|re)|mounting|large)[\s-]+)*"
    r"(?:holes?|bores?|rods?|pins?|shafts?)\b))",
    re.IGNORECASE,
)

HEDGE = re.compile(
    r"(?<![a-z])(?:approximately|approx\.?|about|around|roughly|circa|ca\.|~|≈|nearly|almost|or so|some)"
    r"(?![a-z])\s*(?:\w+\s+){0,2}$",
    re.IGNORECASE,
)
BOUND = re.compile(
    r"(?<![a-z])(?:at least|at most|up to|no more than|no less than|maximum|minimum|max\.?|min\.?|"
    r"less than|more than|greater than|under|over|exceed\w*|tolerance|±)(?![a-z])\s*(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)
ARITHMETIC = re.compile(
    r"(?<!\w)(?:minus|plus|subtract\w*|reduc\w*|increas\w*|decreas\w*|difference|added|sum|"
    r"smaller by|larger by|less|multipl\w*|divided|additional)\b|[*/+](?!\d*/)\s*$",
    re.IGNORECASE,
)
PLACING = re.compile(
    r"\b(?:translat\w*|rotat\w*|adjust\w*|shift\w*|mov(?:e|es|ed|ing)\b|reposition\w*|scal(?:e|ed|ing)\b|tilt\w*|"
    r"raised relative|turned|offset of|coordinates?|located at|positioned at \(|cent(?:er|re)d at)",
    re.IGNORECASE,
)
CUTTING = re.compile(
    r"\b(?:cut\w*|negative\w*|remov\w*|subtract\w*|pocket\w*|recess\w*|groove\w*|holes?|slot\w*|notch\w*|"
    r"bore\w*|drill\w*|engrav\w*)\b",
    re.IGNORECASE,
)
HOLE = re.compile(r"\b(?:holes?|bores?|cut-?outs?|openings?|hollow|drill\w*|inner|inside)\b", re.IGNORECASE)

FEATURES = (
    r"holes?|legs?|columns?|pillars?|posts?|cut-?outs?|slots?|boss(?:es)?|pegs?|pins?|studs?|ribs?|fins?|teeth|"
    r"notch(?:es)?|grooves?|arms?|pockets?|spokes?|blades?|bolts?|screws?|openings?|bores?|feet|prongs?|tabs?|"
    r"sides|steps|squares|rectangles|circles|cylinders|plates|blocks|cubes|boxes|spheres|balls|discs|disks|rings"
)
NUMBER = rf"(?:\d{{1,3}}|(?:{'|'.join(COUNTS)})\b)"
_DIMENSION = r"thick|wide|long|high|deep|tall|diameters?|dia|radius|OD|ID"
_NO_ADJECTIVE = (
    r"mm|cm|in|inch|inches|units?|ft|m|with|and|or|of|for|at|on|to|by|from|plus|has|have|having|an?|the|"
    rf"{'|'.join(COUNTS)}"
)
"""What stands between a figure and a noun that the figure does not count: "5 with two holes"."""
COUNT = re.compile(
    rf"(?<![\w./-])(?P<number>{NUMBER})(?P<times>\s*[x×])?\s+"
    rf"(?P<adjectives>(?:(?!(?:{_NO_ADJECTIVE})(?![\w-]))(?!(?<=\d\s)(?:{_DIMENSION})\b)"
    rf"[A-Za-z][\w-]*\s+){{0,4}}?)"
    rf"(?P<noun>{FEATURES})\b(?!\s*(?:of\s+the|circle))",
    re.IGNORECASE,
)
"""Never across a comma, nor across the word that makes a figure a size: "5 thick, two holes"."""
_ROUND = r"(?:[Øø⌀∅φ]|dia(?:meters?)?\b\.?)"
_FIGURE = r"(?:\d+[- ]\d+/\d+|\d+/\d+|\d+(?:\.\d+)?|\.\d+)"
_LENGTH_UNIT = r"(?:(?:millimet(?:er|re)s?|inch(?:es)?|mm|cm|in)\b\.?|[\"″])"
SIZED = re.compile(
    rf"(?<![\w./Øø⌀∅φ-])(?<![x×*]\s)(?<!\bby\s)(?P<number>{NUMBER})(?:\s*[x×]\s*|(?<=\d)\s+(?!\d+/\d)|(?<!\d)\s+)"
    rf"(?:{_ROUND}\s*{_FIGURE}(?:[\s-]*{_LENGTH_UNIT})?|{_FIGURE}[\s-]*{_LENGTH_UNIT}|{_FIGURE}(?=\s*{_ROUND}))"
    rf"(?:\s*{_ROUND})?[\s-]+(?P<adjectives>(?:(?!(?:{_NO_ADJECTIVE})(?![\w-]))[A-Za-z]\w*[\s-]+){{0,2}}?)"
    rf"holes\b(?!\s*(?:of\s+the|circle))",
    re.IGNORECASE,
)
"""How many holes where their size stands between: "ten 3 mm holes"; "4 1/4 in holes" is one figure."""
PARTLY = re.compile(r"\b(?:half|half\s+a|twenty)\s+$", re.IGNORECASE)
"""What makes another number of the one behind it: "half a dozen", "twenty four"."""
ANGULAR = re.compile(
    r"\b(?:rect\w*|square\w*|slot\w*|oval\w*|obround|elongated|oblong|hex\w*|triang\w*)", re.IGNORECASE
)
SHARED = re.compile(
    r"\b(?:rows?|columns?|sets?|groups?|pairs?|circles?|lines?|rings?|patterns?|dozens?)\s+of\s+$|"
    r"\b(?:each|every|both)\b[^.;,]*$",
    re.IGNORECASE,
)
SHARING = re.compile(
    r"[^.;]{0,30}?\b(?:per\b|each\s*(?:[.,;]|$)|(?:each|every|both)\s+(?:of\b|the\b|(?:\w+\s+)?(?:sides?|ends?|faces?|"
    r"flanges?|rows?|walls?|legs?|arms?|edges?|ears?|tabs?|lugs?|plates?|wings?|feet|foot|halves|half)\b))",
    re.IGNORECASE,
)
"""Holes that are counted for each of several places: the part has more."""
TIMES = re.compile(r"(?<![\w.])(?P<number>\d{1,3})\s*[x×]\s*(?=[Øø⌀φ]|M\d|dia)", re.IGNORECASE)
THREAD = re.compile(r"(?<![\w.])M(?P<size>\d+(?:\.\d+)?)(?:\s*[x×]\s*\d+(?:\.\d+)?)?(?![\w.]*\d)(?!\s*m\b)")
RATIO = re.compile(
    r"(?<![\w./])(?:(?P<share>(?:one|a|1)[- ](?:half|third|quarter|fourth|fifth|sixth|eighth|tenth)|half|"
    r"\d+/\d+(?:(?:th|rd|nd)s?|(?=\s+(?:of|the)\s)))"
    r"|(?P<times>twice|double|triple|\d+(?:\.\d+)? times|two times|three times))s?\s+(?:of\s+)?"
    r"(?:the\s+size\s+of\s+)?(?:the\s+|its\s+|that\s+of\s+the\s+)?(?P<base>\w+(?:'s)?)?",
    re.IGNORECASE,
)
THROUGH = re.compile(
    r"\bthrough[- ](?:holes?|all\b|bore)|\ball the way through\b|"
    r"\b(?:go(?:es|ing)?|pass(?:es|ing)?|run(?:s|ning)?|extend(?:s|ing)?)\s+(?:\w+\s+)?through\b(?!\s*[\[(]|\s+(?:the\s+)?points?)|"
    r"\bthrough the (?:entire|whole|full)\b",
    re.IGNORECASE,
)
CENTERED = re.compile(
    r"\bholes?\b[^.;,]{0,40}?\b(?:in|at|through|on) (?:the|its) (?:exact )?(?:cent(?:er|re)|middle)\b|"
    r"\b(?:cent(?:er|re)d|central|concentric)\s+(?:\w+\s+){0,2}?(?:hole|bore)\b|"
    r"\b(?:hole|bore)\s+(?:is\s+)?cent(?:er|re)d\b",
    re.IGNORECASE,
)
CORNERS = re.compile(
    r"\b(?:at|in|near|on|to)\s+(?:each|every|all(?:\s+of)?(?:\s+the)?(?:\s+four)?|the\s+four|its\s+four|four|the)\s+"
    r"corners?\b",
    re.IGNORECASE,
)
NEGATION = re.compile(r"\b(?:not|without|no|never|doesn't|don't)\b(?:\s+\w+){0,4}\s*$", re.IGNORECASE)
SAME = re.compile(
    r"\b(?:same|equal|match\w*|also)\s+(?:\w+\s+){0,2}?(?P<role>length|width|height|depth|thickness|diameter|radius)\b",
    re.IGNORECASE,
)
COUNTED = re.compile(rf"(?<![\w.])(?:{'|'.join(COUNTS)}|\d{{1,2}})(?:\s*[x×])?\s+$", re.IGNORECASE)
HOLES = re.compile(
    r"\b(?:holes?|bores?|cut-?outs?|openings?|hollow|tube|pipe|ring|slots?|counterbor\w*)\b", re.IGNORECASE
)
DIRECTLY = re.compile(r"(?:\b[Rr]|\bradius(?:\s+of)?)\s*[=:]?\s*$")
LABEL = re.compile(
    r"\b(?:step|fusion|figure|fig\.|part|no\.|item|number|layer|sketch|body|component|section)\s*#?$",
    re.IGNORECASE,
)
NO_SIZE = re.compile(r"\s+\.?\d|\s+[a-z]+-|[x×]\s+\.?\d|\s+(?:rows?|columns?|times)\b", re.IGNORECASE)
GRID = re.compile(
    r"\d+\s*(?:x|×|by)\s*\d+\s+(?:grid|array|pattern|matrix|rows?)\b|\barranged\s+\d+\s*(?:x|×|by)\s*\d+",
    re.IGNORECASE,
)
WEAK = re.compile(
    r"by|block|plate|box|bar|cube|square|rectangle|measur\w*|cut|top|bottom|base|bases|dimensions?|sizes?|rod|shaft|steps?|"
    r"arms?|legs?",
    re.IGNORECASE,
)
"""Nouns that say what a figure is about only where no better word stands before it."""
BOTH_WAYS = re.compile(
    r"^[^.;]{0,40}\b(?:both|either|each (?:side|direction|way)|symmetric\w*|opposite)\b", re.IGNORECASE
)
