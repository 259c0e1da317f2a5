"""The docs build as a site without a broken link, and the site asks no network for anything."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOADED = re.compile(
    r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=\"(?:https?:)?//[^\"]*"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site in a folder of its own; a broken link fails."""
    home = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "docs", home / "docs")
    shutil.copy(ROOT / "mkdocs.yml", home)
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    built = subprocess.run(command, check=False, cwd=home, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return home / "site"


def test_every_page_of_the_docs_is_in_the_site_and_its_menu(site: Path) -> None:
    menu = (site / "index.html").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        html = page.relative_to(ROOT / "docs").with_suffix(".html")
        assert (site / html).is_file(), html
        assert html.name == "index.html" or f'href="{html.as_posix()}"' in menu.replace("./", "")


def test_no_page_loads_anything_from_a_network(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert pages
    for page in pages:
        assert LOADED.findall(page.read_text(encoding="utf-8")) == [], page.name
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(\s*[\"']?(?:https?:)?//", sheet.read_text(encoding="utf-8"))
