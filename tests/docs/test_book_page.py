"""The manual lists the frames and the questions that the book has."""

from __future__ import annotations

import runpy
from pathlib import Path

PAGE = runpy.run_path(str(Path(__file__).with_name("book_page.py")))


def test_the_page_on_the_book_lists_what_the_book_has():
    assert PAGE["PAGE"].read_text(encoding="utf-8") == PAGE["page"]()


def test_frames_and_questions_have_different_names():
    frames = {row[0].strip("`") for row in PAGE["frames"]()}
    questions = {row[0].strip("`").split("(")[0] for row in PAGE["questions"]()}
    assert {"book.gaps", "book.late_causes"} <= frames
    assert {"book.gap", "book.causes"} <= questions
    assert frames.isdisjoint(questions)
