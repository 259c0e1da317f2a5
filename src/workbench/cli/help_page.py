"""The help of a command as plain aligned text, with its fixed words in the reader's language."""

from __future__ import annotations

import textwrap
from typing import Any

from cyclopts.help import HelpEntry, HelpPanel
from rich.console import Console, ConsoleOptions

from workbench.messages import say

_UNSAID = ("", '""', "False", "()")
"""Defaults that say nothing: a switch is off, a text or list is empty."""


class HelpPage:
    """How a help page is set: usage, description, then one block per group of entries."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """Print a heading and its entries."""
        if not panel.entries:
            return
        names = [f"  {', '.join(entry.display_labels_with_metavar)}  " for entry in panel.entries]
        width = max(map(len, names))
        lines = [f"{panel.title}:"]
        for name, entry in zip(names, panel.entries, strict=True):
            lines += textwrap.wrap(
                f"{name:{width}}{_entry_text(entry)}",
                options.max_width,
                subsequent_indent=" " * width,
                break_on_hyphens=False,
            )
        console.out("".join(f"{line}\n" for line in lines), highlight=False)

    def render_usage(self, console: Console, _options: ConsoleOptions, usage: Any) -> None:
        """Print how the command is called."""
        console.out(f"{say('usage.usage')}: {usage}", highlight=False)

    def render_description(self, console: Console, options: ConsoleOptions, about: Any) -> None:
        """Print what the command does."""
        console.out(textwrap.fill(_plain(about), options.max_width) + "\n", highlight=False)


def _entry_text(entry: HelpEntry) -> str:
    """Return the description of an entry and, in brackets, what may be given and what is taken."""
    notes = []
    if entry.choices:
        notes.append(say("usage.choices", choices=", ".join(entry.choices)))
    if entry.required:
        notes.append(say("usage.required"))
    elif entry.default and entry.default not in _UNSAID:
        notes.append(say("usage.default", value=entry.default))
    text = _plain(entry.description)
    return f"{text} ({'; '.join(notes)})" if notes else text


def _plain(described: Any) -> str:
    return str(getattr(described, "primary_renderable", described) or "").strip()
