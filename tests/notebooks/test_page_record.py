"""What unchanged pages are known by."""

from __future__ import annotations

from importlib import metadata

from workbench.pages.page_record import sources_digest


def test_pages_are_made_again_when_a_library_changes_however_it_spells_its_name(
    small_book, monkeypatch
):
    version_of, digests = metadata.version, {sources_digest(small_book, [])}
    for library in ("polars", "jinja2", "pyyaml"):
        changed = {library: "0"}
        monkeypatch.setattr(metadata, "version", lambda n, c=changed: c.get(n) or version_of(n))
        digests.add(sources_digest(small_book, []))
    assert len(digests) == 4
