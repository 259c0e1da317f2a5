"""Read ``params.yaml`` once and check it: an unknown or missing parameter is an error."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import yaml

from workbench.core.errors import InputRejected
from workbench.core.project import Project


@dataclass(frozen=True)
class Params:
    """Every parameter of the pipeline: ``section.name`` in the file, ``section_name`` here."""

    simulate_seed: int
    explain_profile: str
    brief_period: str
    brief_against: str
    brief_unit: str
    brief_language: str
    brief_published: bool


def read_params(project: Project) -> Params:
    """Read a project's parameters.

    Raises:
        InputRejected: The file is not valid YAML, lacks a parameter, has an unknown one, or a
            switch is neither true nor false.
    """
    try:
        text = project.params.read_text(encoding="utf-8")
    except OSError as problem:
        raise InputRejected("cli.bad_params", file=project.params, reason=problem) from problem
    return params_of(text, project.params)


def params_of(text: str, file: object) -> Params:
    """Read the parameters in a text; ``file`` is what messages call it.

    Raises:
        InputRejected: As ``read_params``.
    """
    try:
        sections: Any = yaml.safe_load(text)
        params = {
            f"{section}_{name}": value
            for section, entries in sections.items()
            for name, value in entries.items()
        }
    except (yaml.YAMLError, AttributeError) as problem:
        raise InputRejected("cli.bad_params", file=file, reason=problem) from problem
    if odd := sorted(set(params) ^ {field.name for field in fields(Params)}):
        raise InputRejected("cli.odd_params", file=file, names=", ".join(odd))
    seed, published = params.pop("simulate_seed"), params.pop("brief_published")
    if not isinstance(published, bool):
        raise InputRejected("cli.bad_switch", name="brief.published", value=published)
    texts = {name: str(value) for name, value in params.items()}
    return Params(simulate_seed=int(seed), brief_published=published, **texts)
