"""The container file of the manual is built where a builder is at hand."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs" / "manual" / "administration.md"


def builder() -> str:
    """Return the name of a builder that answers, or nothing."""
    for name in ("docker", "podman", "buildah"):
        if shutil.which(name):
            done = subprocess.run([name, "info"], check=False, capture_output=True)
            if done.returncode == 0:
                return name
    return ""


def container_file() -> str:
    """Return the file as the manual shows it."""
    (block,) = re.findall(r"^```dockerfile\n(.*?)^```$", MANUAL.read_text("utf-8"), re.M | re.S)
    return str(block)


def test_the_container_file_sets_up_what_the_readme_does_and_runs_as_an_account_of_its_own():
    lines = container_file().splitlines()
    assert "RUN make setup" in lines
    assert lines.index("USER dossiers") < lines.index("RUN make setup")
    (python,) = re.findall(r"^FROM python:(\d+\.\d+)-slim$", lines[0])
    oldest = re.search(r'requires-python = ">=(\d+\.\d+)', (ROOT / "pyproject.toml").read_text())[1]
    assert python == oldest


@pytest.mark.skipif(not builder(), reason="no builder of containers answers on this machine")
def test_the_container_file_can_be_built(tmp_path):
    checkout = tmp_path / "checkout"
    subprocess.run(["git", "clone", "-q", ROOT, checkout], check=True)
    file = tmp_path / "Containerfile"
    file.write_text(container_file(), encoding="utf-8")
    command = [builder(), "build", "--tag", "dossier-workbench-test", "--file", file, checkout]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
