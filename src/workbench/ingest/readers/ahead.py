"""Read the next piece of a long file while the last one is landed.

One thread, one piece ahead: order and bytes equal those of reading in turn, and memory holds two
pieces. A failure of the reader is raised at the position of its piece.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

Piece = TypeVar("Piece")


def ahead(pieces: Generator[Piece, None, None]) -> Iterator[Piece]:
    """Yield the same pieces, each read before it is asked for.

    >>> list(ahead(letter for letter in "abc"))
    ['a', 'b', 'c']
    """
    with closing(pieces), ThreadPoolExecutor(1, "reader") as reader:
        waiting = reader.submit(next, pieces, None)
        while (piece := waiting.result()) is not None:
            waiting = reader.submit(next, pieces, None)
            yield piece
