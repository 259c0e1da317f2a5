"""The docs opened as files: pages stand without a network, and the search finds."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "docs", home / "docs")
    shutil.copy(ROOT / "mkdocs.yml", home)
    command = [sys.executable, "-m", "zensical", "build"]
    subprocess.run(command, check=True, cwd=home, capture_output=True)
    return home / "site"


def test_the_search_of_a_page_opened_as_a_file_finds_a_table(site, context) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "index.html").as_uri())
    page.keyboard.press("/")
    page.get_by_placeholder("Search").fill("quarantine")
    page.locator("a[href$='tables.html?h=#quarantine']").click()
    page.wait_for_url("**/tables.html*#quarantine")
    assert {address.split(":")[0] for address in asked} <= {"file", "blob", "data"}
