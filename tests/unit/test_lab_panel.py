"""The panel of jobs speaks Vietnamese: every word that it asks for has one."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from unittest.mock import Mock

from jupyterlab_server.translation_utils import get_language_pack

from workbench.messages import catalogue
from workbench.pages.panel_words import LabWords

PANEL = Path(sys.prefix, "share", "jupyter", "labextensions", "@jupyterlab", "scheduler", "static")
ASKED_FOR = re.compile(r"""\.__\((?:"([^"]*)"|'([^']*)')""")
PLACE = re.compile(r"%\d")


def words_of_panel() -> set[str]:
    scripts = [path.read_text(encoding="utf-8") for path in PANEL.glob("*.js")]
    return {"".join(word) for text in scripts for word in ASKED_FOR.findall(text)}


def answered(locale: str) -> dict[str, list[str]]:
    handler = Mock(current_user="analyst")
    LabWords.get(handler, locale)
    (answer,) = handler.finish.call_args.args
    return answer["data"].get("jupyterlab", {})


def test_every_word_of_the_panel_is_vietnamese() -> None:
    words = words_of_panel()
    assert len(words) > 100
    assert words - answered("vi_VN").keys() == set()


def test_the_words_of_the_language_pack_stay() -> None:
    pack = get_language_pack("vi_VN")[0]["jupyterlab"]
    words = answered("vi_VN")
    assert {word: words[word] for word in pack} == pack


def test_a_word_keeps_the_places_of_its_values() -> None:
    for entry in catalogue("panel").values():
        assert sorted(PLACE.findall(entry["vi"])) == sorted(PLACE.findall(entry["en"]))
