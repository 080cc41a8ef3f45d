"""From statements to a request: frames for single statements, connectives and whole ways of telling."""

from __future__ import annotations

from training.synthetic import fillers
from training.synthetic.context import Context
from training.synthetic.part import Part, Statement
from training.synthetic.words import listed, sentence, squeeze

#: Imperative verbs and participles ("{noun} is …") for what a statement does.
VERBS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "base": (("create", "make", "model", "draw", "build", "start with", "begin with", "design"), ("made",)),
    "add": (
        ("add", "add", "place", "create", "put", "build", "attach", "make"),
        ("added", "placed", "attached", "located", "standing", "sitting"),
    ),
    "stack": (
        ("add", "place", "put", "stack", "set", "create", "build"),
        ("placed", "standing", "sitting", "stacked", "set"),
    ),
    "cut": (
        ("cut", "cut out", "remove", "make", "cut", "take out", "create", "subtract"),
        ("cut", "cut out", "removed", "made", "machined"),
    ),
    "hole": (
        ("drill", "make", "cut", "add", "bore", "create", "put"),
        ("drilled", "made", "located", "bored", "placed", "positioned", "cut"),
    ),
    "pocket": (("cut", "mill", "machine", "sink", "recess", "make"), ("milled", "cut", "machined", "sunk")),
}
_FIRST = (
    "First, ",
    "To begin, ",
    "Start: ",
    "Firstly, ",
    "First ",
    "To start, ",
    "",
    "",
    "Initially, ",
    "Step one: ",
)
_NEXT = (
    "Next, ",
    "Then, ",
    "After that, ",
    "Then ",
    "Next ",
    "Afterwards, ",
    "Following this, ",
    "Now ",
    "",
    "",
    "Once that is done, ",
    "Subsequently, ",
    "In the next step, ",
    "Additionally, ",
    "Also, ",
    "From there, ",
)
_LAST = (
    "Finally, ",
    "Lastly, ",
    "Finally ",
    "To finish, ",
    "As a last step, ",
    "In the end, ",
    "To complete the part, ",
)
_MORE = (
    "It also has {}",
    "It further has {}",
    "There {be} also {}",
    "In addition, there {be} {}",
    "Moreover it carries {}",
    "The part also includes {}",
    "{} {be} present as well",
)


def imperative(ctx: Context, statement: Statement) -> str:
    """The statement as an order."""
    if statement.imperative:
        return statement.imperative
    verb = ctx.pick(VERBS[statement.action][0])
    if statement.where and ctx.chance(0.25):
        return f"{statement.where}, {verb} {statement.noun}"
    return (
        f"{verb} {statement.noun}, {statement.where}"
        if statement.noun.endswith(",")
        else f"{verb} {statement.noun} {statement.where}"
    )


def declarative(ctx: Context, statement: Statement) -> str:
    """The statement as a fact."""
    if statement.declarative:
        return statement.declarative
    if not statement.noun:
        return statement.imperative
    be = "are" if statement.plural else "is"
    participle = ctx.pick(VERBS[statement.action][1])
    where = statement.where
    form = ctx.pick(("passive", "passive", "there", "has", "where", "should"))
    noun = statement.noun
    if form == "passive":
        return f"{noun} {be} {participle} {where}"
    if form == "should":
        return f"{noun} should be {participle} {where}"
    if form == "there":
        return f"there {be} {noun} {where}"
    if form == "where" and where:
        return ctx.pick((f"{where} there {be} {noun}", f"{where}, {noun} {be} {participle}"))
    return (
        ctx.pick(
            ("it has", "the part has", "it carries" if statement.action in ("add", "stack") else "it has")
        )
        + f" {noun} {where}"
    )


def note(ctx: Context, statement: Statement) -> str:
    """The statement as a short note, without articles."""
    if statement.note:
        return statement.note
    text = f"{statement.noun} {statement.where}" if statement.noun else statement.imperative
    for word in ("a ", "an "):
        if text.startswith(word):
            text = text[len(word) :]
    if ctx.chance(0.6):
        text = text.replace(" the ", " ").replace(" with a ", " ").replace(" of the ", " of ")
    return text.rstrip(", ")


def tell(part: Part) -> str:
    """The whole request."""
    ctx = part.ctx
    told = {
        "brief": _brief,
        "terse": _terse,
        "drawing": _terse,
        "prose": _prose,
        "steps": _steps,
        "numbered": _numbered,
        "layman": _prose,
    }[ctx.style](part)
    return squeeze(_with_unit(ctx, told))


def tell_marked(part: Part) -> str:
    """The whole request in sentences, a mark after each statement: character ``MARK + n`` says that the
    first n operations have been told by there."""
    ctx = part.ctx
    told = {"prose": _prose, "layman": _prose, "numbered": _numbered}.get(ctx.style, _steps)(
        part, marked=True
    )
    return squeeze(_with_unit(ctx, told))


def explained(part: Part) -> str:
    """The part in plain sentences, each statement once, without remarks."""
    ctx, (base, *rest) = part.ctx, part.statements
    texts = []
    if base.steps or not base.noun:
        texts += _joined(ctx, base)
    else:
        texts.append(ctx.pick(("the part is {}", "this is {}", "the body is {}")).format(base.noun.strip()))
    texts += base.tails
    for statement in rest:
        texts += _joined(ctx, statement) if statement.steps else [declarative(ctx, statement)]
        texts += statement.tails
    return squeeze(_with_unit(ctx, " ".join(sentence(text) for text in texts)))


def _joined(ctx: Context, statement: Statement) -> list[str]:
    """The steps of a statement, two of them in one sentence."""
    clauses = _step_clauses(ctx, statement)
    return [" and ".join(clauses[:2]), *clauses[2:]]


MARK = 0xE000
"""First of the characters for private use, which no request has."""


def _marks(statement: Statement, marked: bool) -> str:
    return chr(MARK + statement.upto) if marked else ""


def _with_unit(ctx: Context, told: str) -> str:
    """The request with a sentence or note about its unit, where its numbers show none."""
    if ctx.unit == "unit" or fillers.says_unit(told, ctx.unit):
        return told
    if ctx.style in ("terse", "drawing"):
        mark, text = ctx.pick(("; ", ", ", " - ", ". ", "\n")), fillers.units_note(ctx)
        return text + mark + told if ctx.chance(0.3) else told.rstrip(". ") + mark + text
    text = sentence(fillers.units_sentence(ctx))
    between = "\n" if "\n" in told else " "
    return text + between + told if ctx.chance(0.3) else sentence(told) + between + text


def _brief(part: Part) -> str:
    ctx, (base, *rest) = part.ctx, part.statements
    head = fillers.opening(ctx, base.noun)
    nouns = [f"{s.noun} {s.where}" for s in rest if s.noun]
    others = [s for s in rest if not s.noun]
    extra: list[str] = []
    if nouns:
        count = len(nouns) if len(nouns) < 4 and ctx.chance(0.8) else 1
        link = (
            " with "
            if " with " not in base.noun or ctx.chance(0.4)
            else ctx.pick((" and ", ", plus ", ", including "))
        )
        head += link + listed(nouns[:count], ctx.pick((" and ", ", and ", " plus ")))
        rest_nouns = [s for s in rest if s.noun][count:]
        extra = [declarative(ctx, s) for s in rest_nouns]
    # operations without a noun (fillets, turns) come in their own sentences, in their order
    if others and nouns and rest.index(others[0]) < len(rest) - len(others):
        return _prose(part)
    extra += [imperative(ctx, s) if ctx.chance(0.7) else declarative(ctx, s) for s in others]
    tails = [tail for s in part.statements for tail in s.tails]
    return " ".join(sentence(text) for text in [head, *tails, *extra, *part.closing])


def _terse(part: Part) -> str:
    ctx = part.ctx
    joiner = ctx.pick((", ", ", ", "; ", "; ", "\n", " - ", ". ", " + "))
    notes = []
    for statement in part.statements:
        notes.append(note(ctx, statement))
        notes.extend(statement.tails)
    notes += [text.rstrip(".") for text in part.closing]
    return joiner.join(
        text.strip().rstrip(",. ") if joiner != "\n" else text.strip().rstrip(", ") for text in notes
    )


def _prose(part: Part, marked: bool = False) -> str:
    ctx, (base, *rest) = part.ctx, part.statements
    texts = []
    if part.title and ctx.chance(0.4):
        texts.append(fillers.title(ctx, part.title))
    texts.append(fillers.opening(ctx, base.noun) if not texts else fillers.fact(ctx, base.noun))
    texts += base.tails
    if ctx.verbose and rest and ctx.chance(0.25):
        texts.append(fillers.overview(ctx, rest))
    texts.append(_marks(base, marked))
    for number, statement in enumerate(rest):
        if ctx.chance(0.72) or not statement.noun:
            text = declarative(ctx, statement) if ctx.chance(0.75) else imperative(ctx, statement)
            if number and ctx.chance(0.14):
                text = ctx.pick(("furthermore, ", "additionally, ", "moreover, ", "besides this, ")) + text
        else:
            text = ctx.pick(_MORE).format(
                f"{statement.noun} {statement.where}", be="are" if statement.plural else "is"
            )
        texts.append(text)
        texts += statement.tails
        texts.append(_marks(statement, marked))
    texts += _ending(part)
    return _flowing(texts)


def _flowing(texts: list[str]) -> str:
    """Texts as sentences; a mark sticks to the sentence before it."""
    told = ""
    for text in texts:
        if text[:1] >= chr(MARK):
            told += text
        elif text.strip():
            told += (" " if told else "") + sentence(text)
    return told


def _ending(part: Part) -> list[str]:
    ctx = part.ctx
    texts = [*part.closing]
    if ctx.verbose and ctx.chance(0.4):
        texts.append(fillers.remark(ctx, part.title))
        if ctx.chance(0.35):
            texts.append(fillers.remark(ctx, part.title))
    return texts


def _step_clauses(ctx: Context, statement: Statement) -> list[str]:
    if statement.steps:
        return [*statement.steps]
    return [imperative(ctx, statement)]


def _steps(part: Part, marked: bool = False) -> str:
    ctx = part.ctx
    texts = [fillers.prefix(ctx, part.title)] if ctx.chance(0.75) else []
    if ctx.verbose and len(part.statements) > 2 and ctx.chance(0.2):
        texts.append(fillers.overview(ctx, part.statements[1:]))
    total = len(part.statements)
    linked = ctx.chance(0.85)
    for number, statement in enumerate(part.statements):
        clauses = _step_clauses(ctx, statement)
        if len(clauses) > 1 and ctx.chance(0.6):
            clauses = [ctx.pick((" and ", ", then ", " and then ", ", and ")).join(clauses[:2]), *clauses[2:]]
        word = ""
        if linked:
            word = (
                ctx.pick(_FIRST)
                if number == 0
                else ctx.pick(_LAST)
                if number == total - 1 and ctx.chance(0.7)
                else ctx.pick(_NEXT)
            )
        for index, clause in enumerate(clauses):
            lead = word if index == 0 else ctx.pick(("Then ", "", "", "After that, "))
            texts.append(lead + clause)
        texts += statement.tails
        texts.append(_marks(statement, marked))
        if ctx.verbose and ctx.chance(0.1):
            texts.append(fillers.chatter(ctx))
    texts += _ending(part)
    return _flowing(texts)


def _numbered(part: Part, marked: bool = False) -> str:
    ctx = part.ctx
    mark = ctx.pick(("{}. ", "{}) ", "Step {}: ", "({}) "))
    lines = []
    for statement in part.statements:
        clauses = [sentence(text) for text in [*_step_clauses(ctx, statement), *statement.tails]]
        lines.append(" ".join(clauses) + _marks(statement, marked))
    lines += [sentence(text) for text in part.closing]
    between = "\n" if ctx.chance(0.7) else " "
    head = sentence(fillers.prefix(ctx, part.title)) + between if ctx.chance(0.7) else ""
    body = between.join(mark.format(number + 1) + line for number, line in enumerate(lines))
    return head + body
