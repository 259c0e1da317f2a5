"""Questions by subject: ``book.causes.`` offers what can be asked about causes.

A subject is still the question or method whose name it bears; every question keeps its own name on
the book as well.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

P = ParamSpec("P")
T = TypeVar("T")
Asker = TypeVar("Asker")


class Subject(Generic[P, T]):
    """A question or method, with the questions on the same subject as its attributes.

    Args:
        ask: What a call does.
        book: The book that answers.
        names: Names of the questions on the subject.
    """

    def __init__(self, ask: Callable[P, T], book: Any, names: tuple[str, ...]) -> None:
        update_wrapper(self, ask)
        self._ask = ask
        self._book = book
        self._names = names

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Ask the question whose name the subject bears."""
        return self._ask(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._names:
            near = get_close_matches(name, self._names, n=1)
            hint = f"; {near[0]}?" if near else ""
            raise AttributeError(f"{name}{hint} ({', '.join(self._names)})", name=name, obj=self)
        return getattr(self._book, name)

    def __dir__(self) -> list[str]:
        """Return the questions on the subject."""
        return list(self._names)

    def __repr__(self) -> str:
        """Return the questions on the subject, one a line."""
        return "\n".join(self._names)


class Method(Generic[Asker, P, T]):
    """A method of the book that heads a subject; on the class it is the plain function."""

    def __init__(self, method: Callable[Concatenate[Asker, P], T], names: tuple[str, ...]) -> None:
        self.__doc__ = method.__doc__
        self._method = method
        self._names = names

    @overload
    def __get__(self, book: None, kind: type) -> Callable[Concatenate[Asker, P], T]: ...
    @overload
    def __get__(self, book: Asker, kind: type | None = None) -> Subject[P, T]: ...
    def __get__(
        self, book: Asker | None, kind: type | None = None
    ) -> Subject[P, T] | Callable[Concatenate[Asker, P], T]:
        if book is None:
            return self._method
        bound: Callable[P, T] = self._method.__get__(book)
        return Subject(bound, book, self._names)


def subject(
    *names: str,
) -> Callable[[Callable[Concatenate[Asker, P], T]], Method[Asker, P, T]]:
    """Make a method the head of a subject with these questions."""
    return lambda method: Method(method, names)
