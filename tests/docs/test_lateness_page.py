"""The manual shows the rules as they run."""

from __future__ import annotations

import runpy
from pathlib import Path


def test_the_page_on_lateness_is_what_the_profiles_and_their_tables_say():
    module = runpy.run_path(str(Path(__file__).with_name("lateness_page.py")))
    assert module["PAGE"].read_text(encoding="utf-8") == module["page"]()
