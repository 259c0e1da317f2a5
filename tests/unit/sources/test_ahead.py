"""Reading ahead: the same pieces in order, failures where they belong, nothing left open."""

from __future__ import annotations

import threading

import pytest

from workbench.ingest.readers import ahead


def test_the_next_piece_is_read_while_the_last_one_is_in_hand() -> None:
    read = [threading.Event(), threading.Event()]

    def pieces():
        for number, event in enumerate(read):
            event.set()
            yield number

    coming = ahead(pieces())
    assert next(coming) == 0
    assert read[1].wait(timeout=10)
    assert list(coming) == [1]


def test_a_failure_of_the_reader_comes_after_the_pieces_before_it() -> None:
    def pieces():
        yield 1
        raise ValueError("row 7")

    coming = ahead(pieces())
    assert next(coming) == 1
    with pytest.raises(ValueError, match="row 7"):
        next(coming)


def test_a_reader_without_a_consumer_is_closed() -> None:
    closed = threading.Event()

    def pieces():
        try:
            yield from range(100)
        finally:
            closed.set()

    coming = ahead(pieces())
    next(coming)
    coming.close()
    assert closed.is_set()
