"""What a question declares, and how it is put.

A question is a function with ``@question(tables …)`` above it. Its parameters are what may be asked
about; the annotation of each says how it is looked up. Whoever asks gets a checked period, unit,
profile and rate, the language of the book, and an error on reading a table that is not declared.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property, update_wrapper
from types import MethodType
from typing import (
    Annotated,
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    TypeVar,
    cast,
    get_type_hints,
    overload,
)

from workbench.answers.answer import Answer
from workbench.answers.arguments import bind_arguments
from workbench.answers.asking import Asking
from workbench.answers.run import Run
from workbench.answers.subjects import Subject
from workbench.messages import use_language

PROFILE = ""
"""The lateness profile of a question that names none: the one the results were computed under."""
RATE = "late_or_overdue"
"""The rate of a question that names none: open dossiers past their due instant count."""

PeriodLabel = Annotated[str, Run.period]
"""A period with dossiers."""
ReceptionPeriod = Annotated[str, Run.reception]
"""A period of reception; empty for all dossiers."""
UnitId = Annotated[str, Run.unit]
"""A unit by id or name; ``*`` for all together."""
AnyProfile = Annotated[str, Run.profile]
"""A lateness profile: the question is answered under every one."""
ResultProfile = Annotated[str, Run.computed_profile]
"""The lateness profile of the results: the question is answered under no other."""
Rate = Annotated[str, Run.rate]
"""A rate that units and periods are compared by."""

_LOOKED_UP = ("PeriodLabel", "ReceptionPeriod", "UnitId", "AnyProfile", "ResultProfile", "Rate")

Asker = TypeVar("Asker")
P = ParamSpec("P")
T = TypeVar("T")


_ANSWERS: ContextVar[dict[Any, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def remember_answers() -> Iterator[None]:
    """Give the same question the same answer: a summary asks what the sections below ask again.

    For a page that is made in one go; elsewhere tables may have changed since.
    """
    token = _ANSWERS.set({})
    try:
        yield
    finally:
        _ANSWERS.reset(token)


@dataclass(frozen=True)
class Scope:
    """Period, unit and profile of one question, all known to exist."""

    period: str
    unit: str
    profile: str


@dataclass(frozen=True)
class Part:
    """Questions that share what they are about, such as a unit and a profile."""

    run: Run


class Question(Generic[Asker, P, T]):
    """A question that can be put to a run, or to a part of one.

    Args:
        answer: Answers it, from the run or part and what is asked about.
        tables: Attributes of the run that it reads; another one is an error.
        level: The weakest evidence level of what it claims (see ``Claim``).
        neighbours: Questions on the same subject, offered after its name and a full stop.
    """

    def __init__(
        self,
        answer: Callable[Concatenate[Asker, P], T],
        tables: tuple[str, ...],
        level: int,
        neighbours: tuple[str, ...] = (),
    ) -> None:
        update_wrapper(self, answer)
        self.__doc__ = _documented(answer)
        self.tables = tables
        self.level = level
        self.neighbours = neighbours
        self._answer = answer

    def with_neighbours(self, *names: str) -> Question[Asker, P, T]:
        """Return this question as the head of a subject: ``book.causes.reality``."""
        return Question(self._answer, self.tables, self.level, names)

    @cached_property
    def signature(self) -> inspect.Signature:
        """What may be asked about: name, default and kind of each parameter."""
        return inspect.signature(self._answer)

    @cached_property
    def _finders(self) -> dict[str, str]:
        """Which method of the run looks up what is asked about, by parameter."""
        kinds = get_type_hints(self._answer, include_extras=True)
        finders = {n: k.__metadata__[0] for n, k in kinds.items() if hasattr(k, "__metadata__")}
        return {name: finder.__name__ for name, finder in finders.items()}

    def __call__(self, asker: Asker, /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Look up what is asked about and answer in the language of the run.

        Raises:
            UsageProblem: The run knows no such unit, period, profile or rate, or the question
                asks about nothing of that name or kind.
        """
        run: Any = asker.run if isinstance(asker, Part) else asker
        with use_language(run.language):
            given = bind_arguments(self._answer, asker, args, kwargs)
        typed = dict(list(given.arguments.items())[1:])
        given.apply_defaults()
        excerpt = run.limited_to(self.tables)
        with use_language(run.language):
            for name, find in self._finders.items():
                given.arguments[name] = getattr(run, find)(given.arguments[name])
            source = replace(asker, run=excerpt) if isinstance(asker, Part) else excerpt
            scope = dict(list(given.arguments.items())[1:])
            answers = None if isinstance(asker, Part) else _ANSWERS.get()
            key = (self._answer, run.home, run.language, repr((given.args[1:], given.kwargs)))
            if answers is not None and key in answers:
                remembered: T = answers[key]
                return remembered
            answer = self._answer(source, *given.args[1:], **given.kwargs)
            if isinstance(answer, Answer):
                # a part keeps unit and profile itself
                whole = {**_texts(asker), **scope} if isinstance(asker, Part) else scope
                asking = Asking(MethodType(self, asker), run, typed, whole, self._finders)
                answer = cast("T", replace(answer, name=self._answer.__name__, asking=asking))
            if answers is not None:
                answers[key] = answer
            return answer

    @overload
    def __get__(self, asker: None, kind: type) -> Question[Asker, P, T]: ...
    @overload
    def __get__(self, asker: Asker, kind: type | None = None) -> Callable[P, T]: ...
    def __get__(
        self, asker: Asker | None, kind: type | None = None
    ) -> Question[Asker, P, T] | Callable[P, T]:
        if asker is None:
            return self
        ask = MethodType(self, asker)
        return Subject(ask, asker, self.neighbours) if self.neighbours else ask


def _texts(part: Part) -> dict[str, str]:
    """Return what a part is about: its fields that are texts."""
    return {name: value for name, value in vars(part).items() if isinstance(value, str)}


def _documented(answer: Callable[..., Any]) -> str:
    """Return the docstring of a question with the errors of looking up what is asked about."""
    text = inspect.cleandoc(answer.__doc__ or "")
    kinds = answer.__annotations__
    names = [name for name, kind in kinds.items() if kind in _LOOKED_UP]
    if not names or "Raises:" in text:
        return text
    listed = " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    problem = f"The {listed} is unknown"
    if "ResultProfile" in kinds.values():
        problem += ", or the results were computed\n        under another profile"
    return f"{text}\n\nRaises:\n    UsageProblem: {problem}."


def question(
    *tables: str, level: int = 1
) -> Callable[[Callable[Concatenate[Asker, P], T]], Question[Asker, P, T]]:
    """Declare a function to be a question: the tables it reads, and its evidence level."""

    def declare(answer: Callable[Concatenate[Asker, P], T]) -> Question[Asker, P, T]:
        return Question(answer, tables, level)

    return declare
