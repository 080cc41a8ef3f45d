"""An evaluation as a picture: shares with their intervals as bars, and how many answers reach which IoU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from .figures import PHASES, RECORDED, Figure, Row, figures, groups, parts_wanted, recorded, refused
from .metrics import EXACT

_WIDTH, _NAME, _BAR, _ROW = 760, 250, 400, 20
_CURVE = 220
_COLOURS = {"first": "#7aa6c2", "final": "#1f5f8b"}
_TITLES = {"first": "first pass", "final": "after the loop"}
_DASHES = ("6 3", "2 3", "9 3 2 3")
_STYLE = (
    "text{font:12px 'DejaVu Sans',Arial,sans-serif;fill:#222}.small{font-size:10px;fill:#555}"
    ".axis{stroke:#bbb;stroke-width:1}.whisker{stroke:#111;stroke-width:1.2}.curve{fill:none;stroke-width:2}"
)


def chart(rows: Sequence[Row], title: str) -> str:
    """The picture as SVG text; the same rows give the same text."""
    wanted = parts_wanted(rows)
    bars = list(_bars(rows, wanted))
    height = 60 + _ROW * len(bars)
    curves = [row for row in wanted if row["first"]["iou"] is not None]
    drawn = [_bar(place, *bar) for place, bar in enumerate(bars)]
    if curves:
        drawn += _cumulative(curves, height + 30)
        height += _CURVE + 80
    legend = "".join(
        f'<rect x="{_NAME + 140 * place}" y="30" width="12" height="12" fill="{_COLOURS[phase]}"/>'
        f'<text x="{_NAME + 18 + 140 * place}" y="40">{_TITLES[phase]}</text>'
        for place, phase in enumerate(PHASES)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}"><style>{_STYLE}</style>'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>'
        f'<text x="10" y="20" font-weight="bold">{escape(title)}</text>{legend}{"".join(drawn)}</svg>\n'
    )


def _bars(rows: Sequence[Row], wanted: Sequence[Row]) -> Iterator[tuple[str, str, Figure]]:
    """Name, colour and figure of each bar: the shares, the exact ones by group, those recorded."""
    by_phase = {phase: {one.name: one for one in figures(wanted, phase)} for phase in PHASES}
    for name, one in by_phase["first"].items() if wanted else ():
        if one.kind == "share":
            yield name, _COLOURS["first"], one
            if name in by_phase["final"]:
                yield "", _COLOURS["final"], by_phase["final"][name]
    main = next(
        (n for n in (f"IoU >= {EXACT}", "assertions met", "valid solid") if n in by_phase["first"]), ""
    )
    for group, chosen in groups(wanted).items():
        for phase in PHASES:
            found = {one.name: one for one in figures(chosen, phase)}
            if main in found:
                yield f"{main}: {group}" if phase == "first" else "", _COLOURS[phase], found[main]
    for name, found_of in recorded(wanted).items():
        yield f"{name}: {found_of[0].name}", "#999", found_of[0]
    for one in refused(rows):
        yield one.name, _COLOURS["final"], one


def _bar(place: int, name: str, colour: str, figure: Figure) -> str:
    one, y = figure.estimate, 52 + _ROW * place
    x = [_NAME + _BAR * min(max(value, 0.0), 1.0) for value in (one.value, one.low, one.high)]
    return (
        f'<text x="{_NAME - 8}" y="{y + 12}" text-anchor="end" class="small">{escape(name)}</text>'
        f'<rect x="{_NAME}" y="{y + 2}" width="{x[0] - _NAME:.1f}" height="{_ROW - 6}" fill="{colour}"/>'
        f'<path class="whisker" d="M{x[1]:.1f} {y + 9}H{x[2]:.1f}'
        f'M{x[1]:.1f} {y + 5}v8M{x[2]:.1f} {y + 5}v8"/>'
        f'<text x="{_NAME + _BAR + 10}" y="{y + 12}" class="small">'
        f"{100 * one.value:.1f} %, n = {one.count}</text>"
    )


def _cumulative(rows: Sequence[Row], top: int) -> list[str]:
    """For every IoU the share of answers that reach it; recorded answers are dashed."""
    series = [([row[phase]["iou"] for row in rows], _COLOURS[phase], "") for phase in PHASES]
    legend = []
    for place, (dash, (key, name)) in enumerate(zip(_DASHES, RECORDED.items(), strict=True)):
        known = [row["recorded"][key] for row in rows if key in row["recorded"]]
        if known:
            series.append((known, "#777", dash))
            left, base = _NAME + 160 * place, top + _CURVE + 32
            legend.append(
                f'<path class="curve" stroke="#777" stroke-dasharray="{dash}" d="M{left} {base - 4}h30"/>'
                f'<text class="small" x="{left + 36}" y="{base}">{escape(name)}</text>'
            )
    drawn = [
        *legend,
        f'<text x="{_NAME}" y="{top - 8}">share of answers with at least this IoU</text>',
    ]
    for tick in range(0, 11, 2):
        x, y = _NAME + _BAR * tick / 10, top + _CURVE - _CURVE * tick / 10
        drawn.append(
            f'<path class="axis" d="M{x:.1f} {top}V{top + _CURVE}M{_NAME} {y:.1f}H{_NAME + _BAR}"/>'
            f'<text class="small" x="{x - 8:.1f}" y="{top + _CURVE + 14}">{tick / 10:.1f}</text>'
            f'<text class="small" x="{_NAME - 30}" y="{y + 4:.1f}">{10 * tick} %</text>'
        )
    for values, colour, dash in series:
        steps = [f"M{_NAME} {top:.1f}"]
        ordered = sorted(values)
        for place, value in enumerate(ordered):
            reached = top + _CURVE * place / len(ordered)
            steps.append(f"V{reached:.1f}H{_NAME + _BAR * value:.1f}")
        style = f' stroke-dasharray="{dash}"' if dash else ""
        drawn.append(f'<path class="curve" stroke="{colour}"{style} d="{"".join(steps)}"/>')
    return drawn
