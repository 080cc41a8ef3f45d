"""``cadagent serve`` in a real browser: Chromium without a window, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import aiohttp
import pytest

from cadagent.feedback import Decisions, open_store
from tests.cli.commands import COMMAND, environment
from tui.samples import GOOD

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_PATIENCE = 150.0
_SHOTS = os.environ.get("CADAGENT_SHOTS")
_ACTS = re.compile(r"\x1b(\[[0-?]*[ -/]*([@-~])|\][^\x07]*\x07|[()].|.)")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A server in a folder of its own with a scripted model; the address that it prints."""
    (tmp_path / "script.json").write_text(json.dumps([{"reply": GOOD}]))
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0", "--model", "scripted:script.json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        env={key: value for key, value in environment().items() if key != "COLUMNS"},
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) in (0, 130)


def _status(address: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_without_the_token_nobody_is_let_in_and_the_token_works_once(address: str) -> None:
    found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?token=([\w-]{32,})", address)
    assert found is not None, address
    root = f"http://127.0.0.1:{found[1]}"
    for path in ("/", "/?token=guess", "/static/js/textual.js", "/ws", "/download/x"):
        assert _status(root + path) == 403, path
    assert _status(root + "/ws", Origin="http://evil.example") == 403, "another page opened the terminal"
    assert _status(address, Host="evil.example") == 403, "a foreign name led to this address"
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(address) as answer:
        page = answer.read().decode()
        assert "ws://127.0.0.1" in page and "https://" not in page, "the page loads something from elsewhere"
    assert _status(address) == 403, "the token let a second browser in"
    with opener.open(root + "/") as answer:
        assert answer.status == 200


class Browser:
    """One page of a running Chromium, and what the terminal in it was sent."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._number = socket, 0
        self._answers: dict[int, Any] = {}
        self._sent = b""

    async def call(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        number = self._number
        while number not in self._answers:
            await self._hear(_PATIENCE)
        answer = self._answers.pop(number)
        assert "error" not in answer, answer
        return answer["result"]

    async def _hear(self, seconds: float) -> None:
        answer = await self._socket.receive_json(timeout=seconds)
        if "id" in answer:
            self._answers[answer["id"]] = answer
        elif answer["method"] == "Network.webSocketFrameReceived":
            frame = answer["params"]["response"]
            if frame["opcode"] == 2:  # bytes for the terminal
                self._sent += base64.b64decode(frame["payloadData"])

    async def type(self, text: str) -> None:
        await self.call("Input.insertText", text=text)

    async def press(self, key: str, code: int) -> None:
        names = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        text = {"text": "\r"} if key == "Enter" else {}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **names, **text)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **names)

    async def shows(self, *texts: str) -> None:
        """Wait until the terminal was sent all the texts, since the last time it was asked."""
        written = ""
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE
        while loop.time() < end:
            written = _ACTS.sub(
                lambda act: "" if act[2] == "m" else "\n", self._sent.decode(errors="replace")
            )
            if all(text in written for text in texts):
                self._sent = b""
                return
            with suppress(TimeoutError):
                await self._hear(1.0)
        raise AssertionError(f"{texts} never came:\n{written}")

    async def picture(self) -> bytes:
        """The page as it is drawn, as PNG; kept in ``CADAGENT_SHOTS`` for a person to look at."""
        shot = base64.b64decode((await self.call("Page.captureScreenshot"))["data"])
        if _SHOTS is not None:
            Path(_SHOTS, "browser.png").write_bytes(shot)
        return shot


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(CHROMIUM is None, reason="not tested in a real browser: no Chromium")
def test_a_part_is_asked_for_and_accepted_in_a_browser(address: str, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    profile = tmp_path / "profile"
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0")
    size = ("--window-size=1400,900", f"--user-data-dir={profile}", "about:blank")
    with subprocess.Popen([CHROMIUM, *flags, *size], stderr=subprocess.DEVNULL) as chromium:
        try:
            asyncio.run(_story(profile, address))
        finally:
            chromium.terminate()
    with open_store(tmp_path / "feedback.db") as store:
        assert Decisions(store).counts() == {"accept": 1}


async def _story(profile: Path, address: str) -> None:
    port = await _debugging_port(profile)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
            page = next(one for one in await answer.json() if one["type"] == "page")
        async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            browser = Browser(socket)
            await browser.call("Network.enable")
            await browser.call("Page.navigate", url=address)
            await browser.shows("What part do you need?")
            await browser.type("a plate with a boss")
            await browser.shows("a plate with a boss")
            await browser.press("Enter", 13)
            await browser.shows("✓ valid", "40 × 20 × 13 mm", "undecided")
            await browser.press("F2", 113)
            await browser.shows("iso")
            assert len(await browser.picture()) > 20_000, "a page with nothing on it packs to less"
            await browser.press("F8", 119)
            await browser.shows("✓ accepted")


async def _debugging_port(profile: Path) -> int:
    """The port that Chromium writes into its profile once it listens."""
    end = asyncio.get_running_loop().time() + _PATIENCE
    while asyncio.get_running_loop().time() < end:
        path = profile / "DevToolsActivePort"
        if path.exists() and (lines := path.read_text().split()):
            return int(lines[0])
        await asyncio.sleep(0.1)
    raise AssertionError("Chromium never listened")
