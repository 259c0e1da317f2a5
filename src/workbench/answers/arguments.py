"""What a question is asked about, checked before it is looked up.

A name that the question does not know, one too many, one missing or a value of another kind is an
error of one sentence, with what is near and what may be asked about.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from types import UnionType
from typing import (
    Annotated,
    Any,
    Concatenate,
    Literal,
    ParamSpec,
    SupportsIndex,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from workbench.core.errors import UsageProblem
from workbench.core.near_names import near_names
from workbench.messages import say, use_language

Asker = TypeVar("Asker", bound="Any")
P = ParamSpec("P")
T = TypeVar("T")


def checked_arguments(
    method: Callable[Concatenate[Asker, P], T],
) -> Callable[Concatenate[Asker, P], T]:
    """Let a method of the book check what it is asked about, as questions do."""

    @wraps(method)
    def ask(asker: Asker, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with use_language(asker.language):
            bind_arguments(method, asker, args, kwargs)
        return method(asker, *args, **kwargs)

    return ask


def bind_arguments(
    ask: Callable[..., Any], asker: Any, args: tuple[Any, ...], keywords: Mapping[str, Any]
) -> inspect.BoundArguments:
    """Return what a question is asked about, by parameter; the asker comes first.

    Raises:
        UsageProblem: A parameter is unknown, missing or given twice, or a value is of another kind.
    """
    signature = inspect.signature(ask)
    parameters = list(signature.parameters.values())[1:]
    problem = _find_misfit(ask.__name__, parameters, args, keywords)
    if problem:
        raise problem
    bound = signature.bind(asker, *args, **keywords)
    kinds = get_type_hints(ask, include_extras=True)
    for name, value in list(bound.arguments.items())[1:]:
        _check_kind(ask.__name__, name, value, kinds[name])
    return bound


def _find_misfit(
    question: str,
    parameters: list[inspect.Parameter],
    args: tuple[Any, ...],
    keywords: Mapping[str, Any],
) -> UsageProblem | None:
    """Return what is wrong with the names and the number of what is given, if anything is."""
    names = [p.name for p in parameters]
    takes = ", ".join(names) or "–"
    in_order = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    for name in keywords:
        if name not in names:
            near = near_names(name, names)
            hint = " " + say("briefing.near", names=", ".join(near)) if near else ""
            about = {"question": question, "name": name, "near": hint}
            return UsageProblem("asking.no_parameter", **about, known=takes)
        if name in in_order[: len(args)]:
            return UsageProblem("asking.twice", question=question, name=name)
    if len(args) > len(in_order):
        extra = ", ".join(repr(value) for value in args[len(in_order) :])
        return UsageProblem("asking.too_many", question=question, extra=extra, known=takes)
    needed = [p.name for p in parameters if p.default is p.empty]
    missing = [name for name in needed if name not in {*in_order[: len(args)], *keywords}]
    if missing:
        absent = ", ".join(missing)
        return UsageProblem("asking.missing", question=question, names=absent, known=takes)
    return None


def _check_kind(question: str, name: str, value: Any, kind: Any) -> None:
    """Check that a value is of the kind that a parameter takes.

    Raises:
        UsageProblem: It is of another kind, or none of the names to choose from.
    """
    about = {"question": question, "name": name, "value": repr(value)}
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            choices = ", ".join(f'"{choice}"' for choice in get_args(kind))
            raise UsageProblem("asking.no_choice", **about, choices=choices)
    elif kind is int:
        if not isinstance(value, SupportsIndex):
            raise UsageProblem("asking.no_number", **about)
    elif get_origin(kind) is Sequence:
        if not isinstance(value, Sequence):
            raise UsageProblem("asking.no_list", **about)
    elif not isinstance(value, get_args(kind) if get_origin(kind) is UnionType else kind):
        raise UsageProblem("asking.no_text", **about, text=f'"{value}"' if value else '"…"')
