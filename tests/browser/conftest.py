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
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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


def _loaded(name: str, path: Path) -> Any:
    """Import a file that stands beside tests, which are no packages."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_HERE = Path(__file__).resolve().parent
_planted = _loaded("planted_export", _HERE / "planted.py")
reproduced = _loaded("pipeline_conftest", _HERE.parent / "pipeline" / "conftest.py").reproduced

OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
READY = """() => {
  const widget = window.jupyterapp?.shell?.currentWidget;
  const session = widget?.sessionContext;
  return widget?.context?.isReady && session?.isReady
    && session.session?.kernel?.status === 'idle';
}"""
RUN = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
# A cell that fails ends the run: the cells after it are never numbered.
FINISHED = """() => {
  const widget = window.jupyterapp.shell.currentWidget;
  const cells = [...widget.content.model.cells].filter(cell => cell.type === 'code');
  const failed = cells.some(
    cell => cell.outputs.toJSON().some(output => output.output_type === 'error'));
  return widget.sessionContext.session.kernel.status === 'idle'
    && (failed || cells.every(cell => cell.executionCount !== null));
}"""
CLOSE = "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
FAILED = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
  .filter(cell => cell.type === 'code')
  .flatMap(cell => cell.outputs.toJSON())
  .filter(output => output.output_type === 'error' || output.name === 'stderr')
  .map(output => output.evalue ?? output.text)"""
TOKEN = "for-this-test-only"  # noqa: S105 - of a lab that runs as long as the test


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
        reason = "chromium is not on this machine (apt install chromium)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
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
    bench = reproduced.copy_to(
        tmp_path_factory.mktemp("lab") / "project", JUPYTER_TOKEN=TOKEN, WORKBENCH_LANG="vi"
    )
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


@pytest.fixture
def run_all() -> Callable[[Page, str], list[str]]:
    """Open a notebook in the lab, run all of it, and return what failed or complained."""

    def run(page: Page, address: str) -> list[str]:
        page.set_default_timeout(120_000)
        page.goto(address)
        page.wait_for_function(READY)
        page.evaluate(RUN)
        page.wait_for_function(FINISHED)
        failures = list(page.evaluate(FAILED))
        page.evaluate(CLOSE)
        return failures

    return run


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of ``workbench analyse`` on an export with markup in every free field."""
    return _planted.analysed(tmp_path_factory.mktemp("planted"))
