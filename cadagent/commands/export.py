"""``cadagent export``: a design as files for other programs, for printing, for the workshop, to look at."""

from __future__ import annotations

import re
from pathlib import Path

import click

from cadagent.errors import ExitCode
from cadagent.exports import FORMATS, Options
from cadagent.shell import complain, printable

_FILE = click.Path(path_type=Path)
_EPILOG = "\n".join(
    [
        "\b",
        "Formats:",
        *(f"  {item.name:<9} {', '.join(item.suffixes):<13} {item.about}" for item in FORMATS.values()),
        "",
        "\b",
        "Examples:",
        "  cadagent export design.json part.step part.3mf",
        "  cadagent export design.json drawing.svg --title Bracket --projection first",
        "  cadagent export design.json part.out --to glb",
    ]
)


class _Size(click.ParamType):
    name = "WIDTHxHEIGHT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", str(value))
        if match is None:
            self.fail(f"{value!r} is no size such as 800x600", param, ctx)
        return int(match[1]), int(match[2])


@click.command("export", epilog=_EPILOG)
@click.argument("design", type=_FILE)
@click.argument("out", nargs=-1, required=True, type=_FILE)
@click.option("--to", "format", type=click.Choice(list(FORMATS)), help="Format, whatever the ending of OUT.")
@click.option("--title", default="", help="Name in title blocks [default: the name of the file].")
@click.option("--projection", type=click.Choice(["third", "first"]), default="third", show_default=True,
              help="Angle of projection of a drawing.")  # fmt: skip
@click.option("--size", type=_Size(), default="800x600", show_default=True, help="Pixels of a picture.")
@click.option("--background", type=click.Choice(["light", "dark"]), default="light", show_default=True,
              help="Ground of a picture.")  # fmt: skip
def export(
    design: Path,
    out: tuple[Path, ...],
    format: str | None,
    title: str,
    projection: str,
    size: tuple[int, int],
    background: str,
) -> ExitCode:
    """Write DESIGN to each OUT, in the format of its ending. Nothing is ever written over."""
    from cadagent.commands.designs import read, refuse_solid
    from cadagent.exports import export_all
    from cadagent.kernel import warm

    refuse_solid(design, "it holds a solid and no design to export; give the design that it was made of")
    warm()  # the kernel loads in its own process while the design is checked here
    found = read(design)
    for note in found.notes:
        complain(f"{design}: {note}")
    options = Options(title, found.units, projection, size, background, found.canonical)
    export_all(found.resolved, out, format, options=options)
    for path in out:
        click.echo(printable(str(path)))
    return ExitCode.VALID
