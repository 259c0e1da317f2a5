"""Lateness profiles: what "late" means, by name, version and source.

A profile is a row of choices (``data/reference/profiles/<name>.toml``); one SQL model judges every
dossier under every row (``pipelines/clock/outcomes.sql``). An unknown choice is rejected with the
list of the choices. The profiles describe what offices and systems do, each with its source and
whether that was verified; none of them is called the right one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from workbench.core.errors import InputRejected

CHOICES: Mapping[str, tuple[str, ...]] = {
    "end_event": ("resolved_at", "returned_at"),
    "due": ("issued", "recomputed", "issued_or_term"),
    "granularity": ("instant", "minute", "half_day", "day"),
    "early_before": ("due", "due_day", "due_half_day", "due_half_shift", "never"),
    "early_needs": ("nothing", "returned_or_extended"),
    "missing_due": ("unknown", "early", "on_time"),
    "pauses": ("as_issued", "by_procedure", "ignored", "adds_elapsed"),
    "paused_open": ("stands_still", "in_time", "on_time", "runs"),
    "withdrawn": ("own", "on_time", "judged"),
    "rejected": ("own", "on_time", "open_in_time", "judged"),
    "asked_twice": ("as_once", "late"),
}
"""Column -> accepted values.

``end_event`` ends the clock; ``due`` is the due date compared with. A dossier is late after the end
of its ``granularity``, early before ``early_before`` (and ``early_needs``). ``missing_due`` is the
outcome of a finished dossier without due date (an open one is unknown, or open and not yet due
where the system counts it so). ``pauses`` is the effect of an ended pause on the due date: an
issued date is taken as the office left it, a recomputed one moves by the policy of procedure and
reason (``pause_policies.csv``) or not at all. ``issued_or_term`` is the issued date, later by what
pauses took day and night, or where there is none the one that the term gives. ``paused_open`` is
the outcome of an open dossier on pause. ``withdrawn`` and ``rejected`` dossiers keep their own
category, count as the value set there, or are judged by their own end. ``asked_twice`` is how an
open dossier counts that waits on its applicant for the second time or more; a profile that does
not say takes ``as_once``.
"""

_OF_DUE = {
    "issued": ("as_issued",),
    "recomputed": ("by_procedure", "ignored"),
    "issued_or_term": ("adds_elapsed",),
}
_DEFAULTS = {"asked_twice": "as_once"}

_TEXTS = ("label_vi", "label_en", "source", "verified")


def lateness_profiles(folder: Path) -> pl.DataFrame:
    """Return the named definitions of "late": one row per profile, ordered by name.

    Raises:
        InputRejected: A profile file is not valid TOML, lacks a key, or makes an unknown choice.

    >>> from workbench.core.project import shipped
    >>> profiles = lateness_profiles(shipped().reference / "profiles")
    >>> profiles.filter(profile="qd766")["missing_due"].to_list()
    ['on_time']
    """
    return pl.DataFrame([_profile(path) for path in sorted(folder.glob("*.toml"))])


def _profile(path: Path) -> dict[str, Any]:
    try:
        raw = _DEFAULTS | tomllib.loads(path.read_text(encoding="utf-8"))
        row = {name: raw[name] for name in ("profile", "version", *CHOICES, *_TEXTS)}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as problem:
        raise InputRejected("stages.bad_profile", file=path.name, reason=problem) from problem
    accepted = {**CHOICES, "pauses": _OF_DUE.get(row["due"], CHOICES["pauses"])}
    for name, choices in accepted.items():
        if row[name] not in choices:
            raise InputRejected(
                "clock.bad_choice",
                file=path.name,
                key=name,
                found=row[name],
                accepted=", ".join(choices),
            )
    return row
