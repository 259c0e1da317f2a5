"""The lab keeps to its project: its settings, its files, its kernel, and no word to any server."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path

import pytest
from jupyterlab_server.settings_utils import _get_overrides

from workbench.cli import lab
from workbench.cli.lab import lab_arguments, lab_environment, start_lab, strip_outputs
from workbench.core.errors import UsageProblem
from workbench.core.project import Project

NOTEBOOK = {
    "type": "notebook",
    "content": {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": "x"},
            {
                "cell_type": "code",
                "execution_count": 3,
                "metadata": {"tags": ["parameters"], "execution": {"iopub.status.busy": "now"}},
                "outputs": [{"output_type": "stream", "text": "Nguyễn Văn A"}],
                "source": "1",
            },
        ],
        "metadata": {"kernelspec": {"name": "python3"}, "language_info": {"version": "3.11.7"}},
    },
}


@pytest.fixture
def project(tmp_path) -> Project:
    (tmp_path / "notebooks").mkdir()
    return Project(tmp_path)


@pytest.fixture
def launched(monkeypatch):
    """What LabApp was started with, instead of starting it."""
    seen = {}

    def launch(arguments):
        seen.update(arguments=arguments, environment=dict(os.environ))

    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", launch)
    return seen


def test_a_project_notebook_is_saved_without_outputs_run_counts_and_python_version():
    model = copy.deepcopy(NOTEBOOK)
    strip_outputs(model=model, path="notebooks/causes.ipynb", contents_manager=None)
    cell = model["content"]["cells"][1]
    assert (cell["outputs"], cell["execution_count"]) == ([], None)
    assert cell["metadata"] == {"tags": ["parameters"]}
    assert model["content"]["metadata"] == {
        "kernelspec": {"name": "python3"},
        "language_info": {"name": "python"},
    }


@pytest.mark.parametrize("path", ["mine.ipynb", "data/briefings/2022-H1/briefing.ipynb"])
def test_a_notebook_elsewhere_is_saved_as_it_is(path):
    model = copy.deepcopy(NOTEBOOK)
    strip_outputs(model=model, path=path)
    assert model == NOTEBOOK


@pytest.mark.parametrize("model", [{"type": "file", "content": "x"}, {"type": "notebook"}])
def test_what_holds_no_cells_is_saved_as_it_is(model):
    before = copy.deepcopy(model)
    strip_outputs(model=model, path="notebooks/x.ipynb")
    assert model == before


def test_every_folder_of_the_lab_lies_in_the_project_or_the_runtime(project, monkeypatch, tmp_path):
    monkeypatch.delenv("JUPYTER_RUNTIME_DIR", raising=False)
    runtime = tmp_path / "runtime"
    shipped = Path(lab.__file__).parents[1]
    for name, value in lab_environment(project, runtime).items():
        if name.endswith(("_DIR", "_PATH", "DIR")) and name != "JUPYTER_PREFER_ENV_PATH":
            folder = Path(value)
            homes = (project.root, runtime, shipped)
            assert any(folder.is_relative_to(home) for home in homes), name


def test_the_shipped_settings_reach_the_lab_and_turn_its_news_off(project, monkeypatch, tmp_path):
    for name, value in lab_environment(project, tmp_path).items():
        monkeypatch.setenv(name, value)
    overrides, problem = _get_overrides(str(tmp_path))
    assert problem == ""
    assert overrides["@jupyterlab/apputils-extension:notification"] == {
        "checkForUpdates": False,
        "fetchNews": "false",
    }


def test_the_shipped_configuration_asks_no_server_and_listens_on_this_machine_only():
    file = Path(lab.__file__).parents[1] / "assets" / "lab" / "jupyter_server_config.json"
    settings = json.loads(file.read_text(encoding="utf-8"))
    assert settings["ServerApp"]["ip"] == "127.0.0.1"
    assert settings["LabApp"] == {
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "expose_app_in_browser": True,
        "extension_manager": "readonly",
        "news_url": None,
    }
    assert settings["LanguageServerManager"] == {"autodetect": False}
    assert settings["KernelSpecManager"] == {"allowed_kernelspecs": ["python3"]}


def test_the_lab_starts_in_the_project_and_gives_the_environment_back(project, launched):
    before = dict(os.environ)
    start_lab(project, browser=False, port=0, extra=["--debug"])
    assert os.environ == before
    assert f"--ServerApp.root_dir={project.root}" in launched["arguments"]
    assert "--ServerApp.open_browser=False" in launched["arguments"]
    assert "--ServerApp.port=0" in launched["arguments"]
    assert launched["arguments"][-1] == "--debug"
    assert launched["environment"]["WORKBENCH_PROJECT"] == str(project.root)
    assert not Path(launched["environment"]["JUPYTER_RUNTIME_DIR"]).exists()


def test_a_runtime_folder_that_was_asked_for_is_used_and_kept(
    project, launched, monkeypatch, tmp_path
):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    start_lab(project, browser=True, port=0)
    assert launched["environment"]["JUPYTER_RUNTIME_DIR"] == str(tmp_path)
    assert tmp_path.exists()


@pytest.mark.parametrize(("system", "ipc"), [("linux", True), ("darwin", False), ("win32", False)])
def test_kernels_answer_through_files_where_their_paths_are_short(
    project, monkeypatch, system, ipc
):
    monkeypatch.setattr("sys.platform", system)
    start = project.data / "start.ipynb"
    arguments = lab_arguments(project, browser=True, port=8888, start=start)
    assert ("--KernelManager.transport=ipc" in arguments) is ipc


def test_a_project_without_notebooks_opens_at_its_root(tmp_path):
    start = tmp_path / "data" / "start.ipynb"
    arguments = lab_arguments(Project(tmp_path), browser=True, port=8888, start=start)
    assert not any("preferred_dir" in argument for argument in arguments)


@pytest.mark.parametrize("port", [-1, 65536])
def test_an_impossible_port_is_a_usage_problem(project, port):
    with pytest.raises(UsageProblem, match=str(port)):
        start_lab(project, port=port)
