"""What is wrong with a line typed by a person, in the reader's language, and what was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal, get_args, get_origin

from cyclopts import (
    App,
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

from workbench.core.errors import UsageProblem
from workbench.messages import say


def explain_usage(error: CycloptsError) -> UsageProblem:
    """Return the problem in words: what was typed, what there is, where the help is."""
    here = " ".join(["workbench", *(error.command_chain or ())])
    match error:
        case UnknownCommandError(unused_tokens=[word, *_]):
            key, values = (
                "unknown_command",
                {"word": word, "meant": _meant(word, _names(error.app))},
            )
        case UnknownOptionError(token=token):
            word = token.keyword or token.value
            known = (name for option in error.argument_collection for name in option.names)
            key, values = "unknown_option", {"word": word, "meant": _meant(word, known)}
        case MissingArgumentError():
            key, values = "missing", {"name": _name(error, error.keyword)}
        case CoercionError():
            key, values = _bad_value(error)
        case RepeatArgumentError(token=token):
            key, values = "repeated", {"name": _name(error, token.keyword)}
        case UnusedCliTokensError(unused_tokens=[*words]):
            key, values = "too_many", {"words": " ".join(words)}
        case _:
            key, values = "other", {"reason": str(error)}
    return UsageProblem(f"usage.{key}", here=here, **values)


def _bad_value(error: CoercionError) -> tuple[str, dict[str, str]]:
    token = error.token
    values = {
        "name": _name(error, token.keyword if token else None),
        "value": token.value if token else "",
    }
    if get_origin(error.target_type) is not Literal:
        return "bad_value", values
    choices = [str(choice) for choice in get_args(error.target_type)]
    meant = _meant(values["value"], choices)
    return "no_choice", {**values, "choices": ", ".join(choices), "meant": meant}


def _name(error: CycloptsError, keyword: str | None) -> str:
    """Return an option as it was typed, or the name that the help gives an argument."""
    return keyword or (error.argument.name if error.argument else "")


def _names(app: App | None) -> list[str]:
    """Return the commands of an app, without options that act as one."""
    return [name for name in app or () if not name.startswith("-")]


def _meant(word: str, known: Iterable[str]) -> str:
    """Return a sentence with the nearest name, or nothing where none is near.

    >>> from workbench.messages import use_language
    >>> with use_language("en"):
    ...     _meant("breif", ["brief", "diff"])
    ' Did you mean «brief»?'
    """
    near = difflib.get_close_matches(word, list(known), n=1)
    return " " + say("usage.meant", name=near[0]) if near else ""
