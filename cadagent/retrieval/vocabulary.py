"""The vocabulary of features: the marks of a design that show each, and the words that ask for it.

The words are a regular expression over small letters. Precision counts for more than recall: a feature that
nobody meant costs an example that shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_COUNTED = 12
"""Copies up to this number have a feature of their own."""


@dataclass(frozen=True)
class Feature:
    """One thing that requests ask for and designs show.

    Attributes:
        name: as people are told it.
        marks: any of these in a design shows it.
        words: what asks for it; empty for the counts, which are read apart.
    """

    name: str
    marks: frozenset[str]
    words: str = ""


# fmt: off
_TABLE = (
    ("box", "op:box shape:rectangle",
     r"\b(?:box|block|plate|cube|cuboid|slab|bar|brick|panel|sheet|board)s?\b"),
    ("cylinder", "op:cylinder shape:circle",
     r"\b(?:cylind\w*|rods?|dis[ck]s?|shafts?|pins?|posts?|columns?|pegs?|boss(?:es)?|studs?)\b"),
    ("cone", "op:cone", r"\b(?:con(?:e|es|ical)|frustum|funnel)\b"),
    ("sphere", "op:sphere", r"\b(?:spher\w*|balls?|domes?|hemispher\w*|globe)\b"),
    ("torus", "op:torus", r"\b(?:torus|toroid\w*|donuts?|doughnuts?|o-?rings?)\b"),
    ("wedge", "op:wedge shape:right_triangle", r"\b(?:wedges?|ramps?|doorstop)\b"),
    ("pyramid", "op:pyramid", r"\bpyramid\w*"),
    ("sketch used again", "op:sketch", r"\bsame sketch\b"),
    ("extrusion", "op:extrude", r"\b(?:extru\w*|thick|pulled? up|prism)\b"),
    ("revolve", "op:revolve",
     r"\b(?:revolv\w*|lathe\w*|spun|axis of rotation|(?:turn|rotat)\w* (?:about|around) (?:the|its))\b"),
    ("part turn", "key:revolve.angle",
     r"\b(?:half|quarter|part(?:ial)?) (?:turn|revolution)|\brevolv\w*[^.]*\bdegrees?\b"),
    ("loft", "op:loft", r"\b(?:loft\w*|blend\w*|transitions?|morph\w*)\b"),
    ("ruled loft", "key:ruled", r"\bruled\b|\bstraight (?:lines|walls|between)\b"),
    ("sweep", "op:sweep", r"\b(?:sweep\w*|swept|along (?:a|the|this) path|bent|elbow|handrail)\b"),
    ("rib", "op:rib", r"\b(?:ribs?|gussets?|stiffen\w*)\b"),
    ("hole", "op:hole role:hole", r"\b(?:holes?|bores?|bored|drill\w*)\b"),
    ("counterbore", "key:counterbore", r"\bcounter-?\s?bor\w*|\bspot-?fac\w*"),
    ("countersink", "key:countersink", r"\bcounter-?\s?s[iu]n\w*"),
    ("thread", "key:thread", r"\bm\d+(?:\.\d+)?\b|\bthread\w*"),
    ("tapped", "fit:tap fit:threaded", r"\btap(?:ped|ping)?\b|\btapping\b|\bthreaded\b"),
    ("clearance", "fit:clearance", r"\bclearance\b"),
    ("close or loose fit", "key:series",
     r"\b(?:close|medium|loose)\b[^.;]{0,20}\b(?:fit|clearance|series)\b"),
    ("blind hole", "key:hole.depth",
     r"\bblind\b|\bnot through\b|(?:holes?|bores?|drill\w*)[^.;]{0,40}\bdeep\b"),
    ("drill tip", "key:tip",
     r"\bdrill'?s? (?:tip|point)\b|\bdegrees? (?:tip|point)\b|\b(?:conical|pointed) bottom\b"),
    ("through", "extent:through hole:through", r"\bthrough\b|\bthru\b"),
    ("up to next", "extent:next", r"\b(?:up|down) to the next\b|\bnext face\b"),
    ("cut", "mode:cut role:hole",
     r"\b(?:cut\w*|pocket\w*|recess\w*|groov\w*|notch\w*|channel|engrav\w*|slots?|slotted|remov\w*|subtract\w*)\b"),
    ("intersection", "mode:intersect", r"\b(?:intersect\w*|common (?:part|volume)|overlap of)\b"),
    ("several bodies", "mode:new",
     r"\b(?:separate|loose|individual)\b|\bbodies\b|\bnot (?:joined|touching|connected)\b"),
    ("combine", "op:combine",
     r"\b(?:boolean|unite[sd]?)\b|\b(?:combin|fus|merg|subtract)\w*\b[^.;]{0,40}\bbod(?:y|ies)\b"),
    ("symmetric", "key:symmetric",
     r"\bsymmetric\w*[^.;]{0,40}\b(?:extru\w*|plane|about|both)\b|"
     r"\bextru\w*[^.;]{0,60}\b(?:symmetric\w*|both)\b|\bmid-?plane\b|\bhalf to each\b"),
    ("two-sided", "key:depth2", r"\b(?:one|other|opposite) (?:way|direction)\b"),
    ("taper", "key:taper", r"\btaper\w*|\bdraft\b"),
    ("downwards", "key:reverse", r"\bdownwards?\b|\breverse\w*|\bopposite direction\b"),
    ("rounding", "op:fillet key:corner_radius",
     r"\bfillet\w*|\bround(?:ed|ing|s)?\b[^.;]{0,25}\b(?:corners?|edges?)\b|"
     r"\b(?:corners?|edges?)\b[^.;]{0,25}\bround(?:ed|ing)?\b|\bcorner radi(?:us|i)\b"),
    ("fillet of edges", "op:fillet", r"\bfillet\w*|\bround\w*[^.;]{0,30}\bedges?\b"),
    ("chamfer", "op:chamfer key:chamfer", r"\bchamfer\w*|\bbevel\w*|\bcut corners\b|\bbroken edges\b"),
    ("unequal chamfer", "key:distance2 key:chamfer.angle",
     r"\b(?:chamfer|bevel)\w*[^.;]{0,30}\d[^.;\d]{0,6}\b(?:by|x)\s*\d|"
     r"\b(?:chamfer|bevel)\w*[^.;]{0,40}\bdegrees?\b"),
    ("upright edges", "edges:vertical", r"\b(?:vertical|upright)\b[^.;]{0,20}\b(?:edges?|corners?)\b"),
    ("edges of a face", "edges:face",
     r"\b(?:fillet|chamfer|round|bevel)\w*[^.;]{0,40}\b(?:top|bottom|upper|lower|front|rim)\b|"
     r"\b(?:top|bottom|upper|lower|rim)\b[^.;]{0,20}\bedges?\b[^.;]{0,25}\b(?:fillet|chamfer|round|bevel)"),
    ("all edges", "edges:all",
     r"\b(?:fillet|chamfer|round|bevel)\w*[^.;]{0,25}\b(?:all|every)\b|"
     r"\b(?:all|every)\b[^.;]{0,20}\bedges?\b[^.;]{0,25}\b(?:fillet|chamfer|round|bevel)"),
    ("shell", "op:shell",
     r"\bshell\w*|\bhollow(?:ed)?\b|\bopen(?:ed)? (?:at (?:the )?)?(?:top|bottom)\b|\bwall thickness\b|"
     r"\bwalls? (?:of )?\d|\d[^.;\d]{0,10}\bwalls?\b|\benclosure\b"),
    ("open face", "key:open", r"\bopen\b"),
    ("walls outside", "key:outward",
     r"\bwalls?\b[^.;]{0,40}\b(?:outwards?|added outside)\b|\boutwards?\b[^.;]{0,20}\bwalls?\b"),
    ("mirror", "op:mirror", r"\bmirror\w*|\breflect\w*"),
    ("pattern", "op:pattern repeat:grid repeat:polar", r"\bpattern\w*|\barray\w*|\brepeat\w*"),
    ("move", "op:move", r"\b(?:mov(?:e|ed)|shift\w*|translat\w*|lift\w*|rais(?:e|ed))\b"),
    ("rotation", "op:rotate key:rotate key:rotation", r"\b(?:rotat\w*|turn(?:ed)?|tilt\w*|spin)\b"),
    ("scaling", "op:scale", r"\bscal(?:e|ed|ing)\b|\benlarg\w*|\bshrink\w*"),
    ("align", "op:align", r"\balign\w*[^.;]{0,40}\borigin\b|\b(?:at|on) the origin\b|\bon the ground\b"),
    ("ellipse", "shape:ellipse", r"\bellip\w*|\boval\b"),
    ("rectangle", "shape:rectangle op:box", r"\brectang\w*"),
    ("square", "shape:square", r"\bsquare\w*|\bcubes?\b"),
    ("slot", "shape:slot", r"\bslots?\b|\bslotted\b|\bobround\w*|\bstadium\b|\boblong\b|\bkeyway\b"),
    ("belt", "shape:belt", r"\bbelt\b|\btangents?\b"),
    ("regular polygon", "shape:polygon",
     r"\b(?:penta|hexa|hepta|octa|deca|dodeca)gon\w*|\bhex\b|\bregular\b|\bpolygon\w*|"
     r"\bacross (?:flats|corners)\b"),
    ("star", "shape:star", r"\bstars?\b|\b\w+-pointed\b"),
    ("ring", "shape:ring",
     r"\brings?\b|\bwashers?\b|\btub(?:e|es|ular)\b|\bpipes?\b|\bannul\w*|\bspacers?\b|\bbush(?:ing)?\b|"
     r"\bsleeve\b|\bcollar\b"),
    ("sector", "shape:sector shape:ring_sector",
     r"\b(?:sectors?|pie|slice|wedge of)\b|\bquarter (?:circle|dis[ck])"),
    ("ring sector", "shape:ring_sector",
     r"\b(?:ring|annul\w*)[- ](?:sectors?|segments?|pieces?)\b|"
     r"\b(?:piece|segment|sector|part) of a ring\b|\bcurved\b"),
    ("half disc", "shape:semicircle",
     r"\b(?:semi-?\s?circ\w*|half[- ](?:circles?|dis[ck]s?|round)|d-shaped)\b"),
    ("polyline", "shape:polyline", r"\(\s*-?[\d.]+\s*,\s*-?[\d.]+\s*\)|\bpolyline\b|\bcoordinates\b"),
    ("curved outline", "shape:path curve:arc", r"\b(?:arcs?|splines?|curves?|curved)\b"),
    ("arc", "curve:arc", r"\barcs?\b|\bbend\b|\bbent\b|\belbow\b"),
    ("spline", "curve:spline", r"\bsplines?\b|\bsmooth\b|\bwav(?:e|y)\b|\bfree-?form\b"),
    ("L profile", "shape:l",
     r"\bl[- ](?:profile|section|shape\w*|bracket)|\bangle (?:bracket|iron|profile|steel)\b"),
    ("T profile", "shape:t", r"\bt[- ](?:profile|section|shape\w*|bar|slot)|\btee\b"),
    ("U profile", "shape:u", r"\bu[- ](?:profile|section|shape\w*|channel|bracket)|\bchannel\b"),
    ("I profile", "shape:i", r"\bi[- ](?:profile|section|shape\w*|beam)"),
    ("H profile", "shape:h", r"\bh[- ](?:profile|section|shape\w*|beam)"),
    ("Z profile", "shape:z", r"\bz[- ](?:profile|section|shape\w*|bar|bracket)"),
    ("cross", "shape:cross", r"\bcross(?:es)?\b(?![- ]?section)|\bplus[- ](?:sign|shape)"),
    ("triangle", "shape:triangle shape:right_triangle", r"\btriang\w*"),
    ("right triangle", "shape:right_triangle",
     r"\bright(?:[- ]angled)? triang\w*|\bhypotenuse\b|\blegs? (?:of )?\d"),
    ("trapezoid", "shape:trapezoid", r"\btrapez\w*|\bdovetail\w*"),
    ("parallelogram", "shape:parallelogram", r"\bparallelogram\w*|\bslanted\b|\brhomboid\b"),
    ("rhombus", "shape:rhombus", r"\brhomb(?:us|ic|uses)\b|\bdiamond\w*|\blozenge\b|\bdiagonals?\b"),
    ("frame", "key:wall", r"\b(?:frame|border)s?\b|\bwalls? (?:of )?\d"),
    ("wall beside the outline", "key:wall_side",
     r"\bwall\w*[^.;]{0,40}\b(?:outside|outwards?|inside|inwards?|cent(?:er|re)d)\b"),
    ("grid", "repeat:grid", r"\bgrid\b|\brows?\b|\bcolumns?\b|\bapart\b|\bspac(?:ed|ing)\b|\bpitch\b"),
    ("gaps", "key:gap", r"\bgaps?\b|\bclear(?:ance)? between\b"),
    ("span", "key:span", r"\boutermost\b|\bfrom first to last\b|\bover a (?:length|span)\b|\bspan\w*"),
    ("circle of copies", "repeat:polar",
     r"\b(?:bolt|pitch|hole)[- ]circle\b|\bp\.?c\.?d\b|\bon an? [^.;]{0,20}\bcircle\b|"
     r"\b(?:evenly|equally)\b[^.;]{0,20}\b(?:around|circle)\b|\bradial\w*|\bpolar\b|"
     r"\b(?:in|around) a (?:circle|ring)\b"),
    ("part of a circle", "key:polar.angle",
     r"\b(?:over|across|within) (?:an? )?(?:arc|\d+ degrees)|\bhalf of the circle\b"),
    ("corners", "repeat:corners",
     r"\b(?:each|every|all(?: of)?(?: the)?(?: four)?|four|(?:in|at|near) (?:the|its)(?: four)?) corners?\b|"
     r"\bcorner holes?\b"),
    ("edges of a face, one each", "repeat:edges",
     r"\b(?:each|every|either) (?:of the )?(?:\w+ )?(?:sides?|edges?|ends?)\b|"
     r"\bboth (?:\w+ )?(?:ends|sides|edges)\b"),
    ("listed points", "repeat:points",
     r"\b(?:holes?|pins?|pegs?|copies|cylinders?|posts?|bosses)\b[^.;]{0,50}\bat\b[^.;]{0,20}\(\s*-?[\d.]+\s*,"),
    ("distance from the edges", "key:inset key:pad",
     r"\bfrom (?:the |each |its |both |all )?(?:\w+ ){0,2}(?:edges?|sides?|ends?|rim|corners?)\b|"
     r"\bin from\b|\binset\b"),
    ("margin", "key:pad", r"\bmargins?\b|\bpad(?:ding|ded)?\b|\bwall of material\b|\bleav\w+\b|\bgap of\b"),
    ("at an edge or corner", "key:from",
     r"\b(?:near|at|along|on|in|flush with) (?:the|its|one|a) (?:\w+[- ]){0,2}(?:edge|side|end|corner)\b|"
     r"\bflush\b"),
    ("attached", "key:attach", r"\battach\w*|\badjacent\b|\bnext to\b|\bbeside\b|\btouch\w*"),
    ("flush", "key:align key:from", r"\bflush\b|\bin line with\b|\blevel with\b"),
    ("anchor", "key:anchor",
     r"\b(?:its|whose) (?:\w+[- ]){0,2}(?:corner|edge|end|side)\b[^.;]{0,30}\b(?:at|on|stands)\b|"
     r"\bfrom the origin\b"),
    ("shifted", "key:at",
     r"\boff-?cent(?:er|re)\b|\bto the (?:left|right)\b|\bof the (?:middle|cent(?:er|re))\b|"
     r"\bfrom the (?:middle|cent(?:er|re))\b"),
    ("on top", "face:top", r"\bon (?:the )?top\b|\btop (?:face|side|surface)\b|\babove\b"),
    ("underside", "face:bottom", r"\bunderside\b|\bbottom (?:face|side|surface)\b|\bfrom below\b"),
    ("side face", "face:side",
     r"\b(?:front|back|rear|left|right|side) (?:face|side|wall|surface|end)\b|"
     r"\bfrom the (?:front|back|side|left|right)\b"),
    ("on a floor", "face:floor", r"\b(?:floor|bottom of the (?:pocket|recess))\b"),
    ("upright sketch", "plane:xz plane:yz",
     r"\b(?:xz|yz|x-z|y-z|front plane|right plane|vertical plane|lying|horizontal)\b"),
    ("across the path", "plane:path", r"\bpath\b"),
    ("raised plane", "key:offset",
     r"\boffset plane\b|\bplane\b[^.;]{0,20}\b(?:offset|raised)\b|\babove the (?:\w+ )?plane\b|"
     r"\braised (?:by|to)\b"),
    ("tilted plane", "key:rotation",
     r"\b(?:tilted|inclined|slanted) plane\b|\bplane\b[^.;]{0,20}\b(?:tilted|inclined|turned)\b"),
    ("placed in space", "key:origin op:move op:align", r"\borigin at\b|\bcent(?:er|re)d? at \("),
    ("frame of the part", "frame:part", r"\bpart's (?:frame|plane)\b|\bown (?:frame|axes)\b"),
    ("formula", "expression", r"\b(?:half|third|quarter|twice|double|times) (?:of )?(?:the|its|as|that)\b"),
    ("named figure", "parameters", r"\bparameters?\b|\bvariables?\b|\blet\b[^.;]{0,20}\bbe\b"),
    ("inches", "units:in",
     r"\binch(?:es)?\b|"
     r'\d\s*in\b(?! (?:the|an?|length|width|height|diameter|depth|thickness|total|each)\b)|\d\s*\"'),
    ("feet", "units:ft", r"\d\s*(?:feet|foot|ft)\b"),
    ("centimetres", "units:cm", r"\d\s*cm\b|\bcentimet\w*"),
    ("metres", "units:m", r"\d\s*m\b|\bmet(?:er|re)s?\b"),
    ("no unit", "units:unit", r"\bunits?\b"),
)
# fmt: on

FEATURES: tuple[Feature, ...] = (
    *(Feature(name, frozenset(marks.split()), words) for name, marks, words in _TABLE),
    *(Feature(f"{n} of a kind", frozenset({f"count:{n}"})) for n in range(2, MOST_COUNTED + 1)),
    Feature("many of a kind", frozenset({"count:many"})),
)
