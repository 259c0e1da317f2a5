"""Catalogue of every sentence a user reads, in Vietnamese and English.

One TOML file per subject; an entry is ``[name]`` with ``vi`` and ``en``. The language is a setting
of the running context, Vietnamese by default. A missing entry is an error of ours, never an empty
string on a page.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

LANGUAGES = ("vi", "en")

_language: ContextVar[str | None] = ContextVar("language", default=None)


def language() -> str:
    """Return the language in force: ``vi`` or ``en``.

    >>> with use_language("en"):
    ...     language()
    'en'
    """
    code = _language.get() or os.environ.get("WORKBENCH_LANG", "vi")
    return code if code in LANGUAGES else "vi"


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Use ``vi`` or ``en`` inside the block."""
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


def say(key: str, /, **values: object) -> str:
    """Return the text of ``"<file>.<entry>"`` with its placeholders filled.

    Raises:
        KeyError: The catalogue has no such entry (a fault of the project, found by its tests).

    >>> with use_language("en"):
    ...     say("labels.late")
    'late'
    """
    subject, _, entry = key.partition(".")
    text = catalogue(subject)[entry][language()]
    return text.format_map(values) if values else text


@cache
def catalogue(subject: str) -> dict[str, dict[str, str]]:
    """Return all entries of one subject file: entry -> language -> text."""
    source = files(__name__).joinpath(f"{subject}.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)
