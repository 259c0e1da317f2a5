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

from made_once import made_once


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
POLLING = 250
"""Milliseconds between two looks of a wait: by default a page is drawn anew for every look."""
READY = """name => {
  const widget = window.jupyterapp?.shell?.currentWidget;
  const session = widget?.sessionContext;
  return widget?.context?.path?.endsWith(name) && widget.context.isReady && session?.isReady
    && session.session?.kernel?.status === 'idle';
}"""
OPEN = """path => {
  window.jupyterapp.commands.execute('docmanager:open', {path});
}"""
RUN = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
# A cell that fails ends the run: the cells after it are never numbered. Outputs are many and copied
# to be looked at, so nobody looks while the kernel is at work.
FINISHED = """() => {
  const widget = window.jupyterapp.shell.currentWidget;
  if (widget.sessionContext.session.kernel.status !== 'idle') return false;
  const cells = [...widget.content.model.cells].filter(cell => cell.type === 'code');
  const failed = cells.some(
    cell => cell.outputs.toJSON().some(output => output.output_type === 'error'));
  return failed || cells.every(cell => cell.executionCount !== null);
}"""
FAILED = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
  .filter(cell => cell.type === 'code')
  .flatMap(cell => cell.outputs.toJSON())
  .filter(output => output.output_type === 'error' || output.name === 'stderr')
  .map(output => output.evalue ?? output.text)"""
CLOSE = """async () => {
  const widget = window.jupyterapp.shell.currentWidget;
  await widget.sessionContext.shutdown();
  widget.context.model.dirty = false;
  widget.close();
}"""
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
            # it may be there before it has been written
            if text := found.read_text(encoding="utf-8"):
                return str(json.loads(text)["url"])
        time.sleep(0.1)
    raise AssertionError("the lab did not start within a minute")


@pytest.fixture
def guard():
    return Guard


@dataclass(frozen=True)
class Desk:
    """The lab in one tab of a browser, with the network cut: to load it takes as long as to run
    a notebook."""

    page: Page
    watch: Guard

    def wait(self, condition: str, arg: object = None) -> None:
        self.page.wait_for_function(condition, arg=arg, polling=POLLING)

    def wait_for(self, name: str) -> None:
        """Wait until a notebook is in front and its kernel idle."""
        self.wait(READY, name)

    def open(self, path: str) -> None:
        """Open a notebook of the project."""
        self.page.evaluate(OPEN, path)
        self.wait_for(Path(path).name)

    def run(self) -> list[str]:
        """Run all of the notebook in front, and return what failed or complained."""
        self.page.evaluate(RUN)
        self.wait(FINISHED)
        return list(self.page.evaluate(FAILED))

    def close(self) -> None:
        """Close the notebook in front, and end its kernel."""
        self.page.evaluate(CLOSE)


@pytest.fixture(scope="session")
def desk(lab: Lab, browser: Browser) -> Iterator[Desk]:
    """The lab as it opens: on the start page, as a newcomer sees it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN")
    watch = Guard((lab.url,))
    page = watch.watch(context)
    page.set_default_timeout(120_000)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto(f"{lab.url}lab/tree/data/start.ipynb?reset&token={TOKEN}")
    yield Desk(page, watch)
    context.close()


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of ``workbench analyse`` on an export with markup in every free field."""
    return made_once(tmp_path_factory, "planted", _planted.analysed) / "out"
