"""A real browser, an unfriendly network, and a lab started as an analyst starts it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    WebSocket,
    sync_playwright,
)

_PIPELINE = Path(__file__).resolve().parents[1] / "pipeline" / "conftest.py"
_spec = importlib.util.spec_from_file_location("pipeline_conftest", _PIPELINE)
_pipeline = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = _pipeline
_spec.loader.exec_module(_pipeline)
reproduced = _pipeline.reproduced

OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TOKEN = "for-this-test-only"  # noqa: S105 - of a lab that lives as long as the test


@dataclass
class Guard:
    """Lets a page reach what it may and notes everything else it asked for."""

    allowed: tuple[str, ...]
    refused: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> Page:
        context.route("**/*", self._decide)
        page = context.new_page()
        page.on("websocket", self._note_socket)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._note_complaint)
        return page

    def _decide(self, route: Route) -> None:
        url = route.request.url
        if url.startswith((*self.allowed, "data:", "blob:")):
            route.continue_()
        else:
            self.refused.append(url)
            route.abort()

    def _note_complaint(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _note_socket(self, socket: WebSocket) -> None:
        if not socket.url.replace("ws:", "http:", 1).startswith(self.allowed):
            self.refused.append(socket.url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Where it must be (CI), its absence is a failure."""
    program = shutil.which("chromium")
    if not program:
        told = "chromium is not on this machine (apt install chromium)"
        pytest.fail(told) if os.environ.get("CI") else pytest.skip(told)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=[*OPTIONS])
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    fresh = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN")
    yield fresh
    fresh.close()


@dataclass(frozen=True)
class Lab:
    """A running lab: where it listens, and the project it shows."""

    url: str
    root: Path

    def notebook(self, name: str) -> str:
        return f"{self.url}lab/tree/notebooks/{name}.ipynb?reset&token={TOKEN}"


@pytest.fixture(scope="session")
def lab(reproduced, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """``workbench lab --no-browser`` on a project with results, stopped as by Ctrl-C."""
    bench = reproduced.copy_to(tmp_path_factory.mktemp("lab") / "project", JUPYTER_TOKEN=TOKEN)
    home = bench.root / "data" / ".lab" / "config"
    home.mkdir(parents=True)
    # The page's own state, by which a test knows that a notebook has finished.
    settings = {"LabApp": {"expose_app_in_browser": True}}
    (home / "jupyter_lab_config.json").write_text(json.dumps(settings), encoding="utf-8")
    # Sockets live here, and a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="lab-") as runtime:
        bench.settings["JUPYTER_RUNTIME_DIR"] = runtime
        command = [sys.executable, "-m", "workbench.cli", "lab", "--no-browser", "--port", "0"]
        log = (bench.root / "data" / ".lab" / "log").open("wb")
        with (
            log,
            subprocess.Popen(
                command,
                cwd=bench.root,
                env=bench.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as server,
        ):
            try:
                yield Lab(_address(Path(runtime), server), bench.root)
            finally:
                os.killpg(server.pid, signal.SIGTERM)
                server.wait(timeout=30)


def _address(runtime: Path, server: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        assert server.poll() is None, "the lab ended by itself"
        for found in runtime.glob("jpserver-*.json"):
            return str(json.loads(found.read_text(encoding="utf-8"))["url"])
        time.sleep(0.1)
    raise AssertionError("the lab did not start within a minute")


@pytest.fixture
def guard():
    return Guard
