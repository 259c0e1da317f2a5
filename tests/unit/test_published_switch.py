"""Internal use by default: the switch of a publication, in params and on the command."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from workbench.cli.app import read_command
from workbench.core.errors import InputRejected
from workbench.core.params import read_params
from workbench.core.project import Project


def project(folder: Path, repository: Project, published: object) -> Project:
    parameters = yaml.safe_load(repository.params.read_text(encoding="utf-8"))
    parameters["brief"]["published"] = published
    (folder / "params.yaml").write_text(yaml.safe_dump(parameters), encoding="utf-8")
    return Project(folder)


def test_a_briefing_is_for_inner_use_as_shipped(repository: Project) -> None:
    assert read_params(repository).brief_published is False
    assert read_command(["brief"]).values["options"].published is False


def test_the_parameter_and_the_flag_ask_for_a_publication(
    tmp_path: Path, repository: Project
) -> None:
    assert read_params(project(tmp_path, repository, published=True)).brief_published is True
    for command in ("brief", "schedule"):
        assert read_command([command, "--published"]).values["options"].published is True


def test_a_parameter_that_is_neither_true_nor_false_is_refused(tmp_path, repository) -> None:
    with pytest.raises(InputRejected, match=r"brief\.published"):
        read_params(project(tmp_path, repository, published="maybe"))
