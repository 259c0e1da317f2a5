"""Answers in the lab: lists to choose from, charts that answer clicks, tables that sort and filter.

What is chosen in one answer is asked again in every answer of the notebook that was asked with the
same value, and is written into the parameters cell: a scheduled run gives what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

import anywidget
import polars as pl
import traitlets
from IPython.display import HTML, display
from ipywidgets import Output, VBox

from workbench.answers import Answer
from workbench.answers.asking import Asking
from workbench.charts import Figure, live_spec
from workbench.core.errors import WorkbenchError
from workbench.core.vocabulary import EVERYTHING
from workbench.lab.choices import fields_of, period_around
from workbench.lab.scripts import ASSETS, Chart
from workbench.lab.tables import live_frame, live_table
from workbench.messages import say, use_language

_BRUSHED = ("course",)
"""Questions whose chart has months along its axis."""


class Picker(anywidget.AnyWidget):
    """The lists above an answer."""

    _esm = ASSETS / "picker.js"
    _css = ASSETS / "picker.css"
    fields = traitlets.List(traitlets.Dict()).tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    chosen = traitlets.Dict().tag(sync=True)
    write = traitlets.Dict().tag(sync=True)


class LiveAnswer:
    """One answer on the screen, asked again when something else is chosen.

    Args:
        answer: The answer.
        asking: The question as it was put.
        code: The code of its cell.
        notebook: The answers of the notebook, which choose together.
    """

    def __init__(self, answer: Answer, asking: Asking, code: str, notebook: LiveNotebook) -> None:
        self.asking = asking
        self._words = {*re.findall(r"\w+", code)}
        self._answer = answer
        self._notebook = notebook
        self._output = Output()
        self._story = Output()
        self.picker = Picker(fields=self._fields())
        self.picker.observe(self._choose, "chosen")

    def show(self) -> None:
        """Display lists and answer."""
        display(VBox([self.picker, self._output, self._story]))
        self._draw()

    def close(self) -> None:
        """Forget the answer: its cell was run again."""
        for widget in (self.picker, self._output, self._story):
            widget.close()

    def ask_again(self, name: str, value: str) -> None:
        """Ask about something else, and show the new answer in the place of the old one."""
        try:
            self._answer = self.asking.again(**{name: value})
            self.asking = self._answer.as_asked()
        except WorkbenchError as problem:
            self.picker.note = str(problem)
            return
        self.picker.fields = self._fields()
        self._draw()

    def follows(self, name: str, names: dict[str, Any]) -> bool:
        """Whether its cell asks about a variable of the notebook, as that variable is now."""
        given = self.asking.given
        return (
            name in given and name in names and given[name] == names[name] and name in self._words
        )

    def _fields(self) -> list[dict[str, Any]]:
        with use_language(self.asking.book.language):
            return fields_of(self.asking)

    def _choose(self, change: dict[str, Any]) -> None:
        self._notebook.choose(self, change["new"]["name"], change["new"]["value"])

    def _draw(self) -> None:
        self._output.clear_output(wait=True)
        with self._output, use_language(self.asking.book.language):
            for part in self._parts(self._answer):
                display(part)

    def _parts(self, answer: Answer) -> Iterator[Any]:
        yield answer.prose()
        if answer.figure is not None:
            yield self._chart(answer.figure)
        if answer.listing is not None and not answer.listing.is_prose:
            yield HTML(f"<b>{escape(answer.listing.caption)}</b>")
            yield live_table(answer, self._show_story)
            yield HTML("<br>".join(escape(note) for note in answer.listing.all_notes))
        for further in answer.then:
            yield from self._parts(further)

    def _chart(self, figure: Figure) -> Chart:
        brushed = self._answer.name in _BRUSHED
        spec = live_spec(figure, brushed=brushed)
        chart = Chart(spec=spec, brushed=brushed)
        chart.observe(self._follow, "chosen")
        return chart

    def _follow(self, change: dict[str, Any]) -> None:
        """Follow what was clicked or brushed: a unit, a dossier, or periods."""
        words, book = change["new"]["values"], self.asking.book
        units = {book.unit_name(u): u for u in (EVERYTHING, *book.units())}
        with use_language(book.language):
            period = period_around(book, words)
        if len(words) == 1 and words[0] in units and "unit" in self.asking.lookups:
            self._notebook.choose(self, "unit", units[words[0]])
        elif period and "period" in self.asking.lookups:
            self._notebook.choose(self, "period", period)
        elif words[0] in book.read("dossiers")["dossier_id"]:
            self._show_story(words[0])

    def _show_story(self, dossier_id: str) -> None:
        """Show how a dossier spent its time, below the answer that lists it."""
        story = self.asking.book.dossier(dossier_id)
        self._story.clear_output(wait=True)
        with self._story, use_language(self.asking.book.language):
            story._ipython_display_()


class LiveNotebook:
    """The answers on the screen of one notebook, which choose together.

    Args:
        shell: The shell of its kernel.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._answers: dict[tuple[str, str], LiveAnswer] = {}

    def show(self, answer: Answer) -> None:
        """Display an answer with its lists; a part of another answer as it always is."""
        asking = answer.asking
        if asking is None:
            answer._ipython_display_()
            return
        parent = self._shell.kernel.get_parent("shell") or {}
        key = (str(parent.get("metadata", {}).get("cellId", "")), answer.name)
        if key in self._answers:
            self._answers.pop(key).close()
        code = str(parent.get("content", {}).get("code", ""))
        self._answers[key] = LiveAnswer(answer, asking, code, self)
        self._answers[key].show()

    def choose(self, source: LiveAnswer, name: str, value: str) -> None:
        """Ask an answer, and all that were asked with the same value, about another one."""
        names = self._shell.user_ns
        following = [live for live in self._answers.values() if live.follows(name, names)]
        with use_language(source.asking.book.language):
            words = {"written": say("lab.written", name=name), "only": say("lab.only_here")}
        if source not in following:
            source.ask_again(name, value)
            source.picker.note = words["only"]
            return
        names[name] = value
        for live in following:
            live.ask_again(name, value)
        source.picker.write = {"name": name, "value": value, **words}


def show_live_answers(shell: Any) -> None:
    """Let a kernel show answers with widgets, where a person looks at the notebook."""
    notebook = LiveNotebook(shell)
    formatter = shell.display_formatter.ipython_display_formatter
    formatter.for_type(Answer, notebook.show)
    formatter.for_type(pl.DataFrame, lambda frame: display(live_frame(frame)))
