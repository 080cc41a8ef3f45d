"""``python -m tui``: what textual-serve starts for each browser."""

from __future__ import annotations

from cadagent.shell import Commands
from tui.commands import chat

if __name__ == "__main__":
    Commands(commands={"chat": chat}).main(prog_name="cadagent")
