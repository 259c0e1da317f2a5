"""Interpret the stamps of a column beyond their spelling: formats of a profile, votes of a column.

A profile names formats that no shape knows, and columns that form one instant together. The whole
column decides what a midnight in a due column means, and whether numbers count from 1970.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from workbench.ingest.date_spelling import plain
from workbench.ingest.fields import is_instant
from workbench.ingest.profile import DueMidnight, Target

EPOCH = "epoch"
"""A date format: seconds, milliseconds or microseconds since 1 January 1970 in UTC."""
_DUE_FIELDS = ("due_at", "due_first_at", "step_due_at")
"""Instants by which something is due; a mere date there means its end."""
_DIRECTIVES = "YymdbBjHIMSfpz%"
"""Letters that a date format may have after a percent sign, as in Python's ``strptime``."""

_EPOCH = r"^1\d{9}(?:\d{3}){0,2}(?:\.\d+)?$"
_MIDNIGHT = (
    r"[ T](?:0?0:00(?::00(?:\.0+)?)?|12:00(?::00)? AM)(?:[+\-]\d{2}:\d{2})?$|^\d{8}0000(?:00)?$"
)
_HOURS = r":|^\d{10}(?:\.\d+)?$|^\d{12,16}(?:\.\d+)?$|^\d{5}\.\d*[1-9]"
_ABSURD_SECONDS = 1e11
_MOST_OF, _NEARLY_ALL = 0.8, 0.9
_STAMP_LENGTH = len("05/11/2022 07:30:15")
_SERIAL, _PART_OF_DAY, _DAY = r"^(\d{5})(?:\.0+)?$", r"^(0?\.\d+)$", 86_400
_NO_TIME = r"[ T]0?0:00(?::00)?$"
_DATE_AHEAD = r"^\d{4}-\d{2}-\d{2}[ T]"


def formatted(column: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Return a column whose texts in the formats of a profile are ISO; others stay as they are.

    Args:
        column: Texts.
        formats: As ``strptime`` takes them, or ``epoch``; the first that fits a text reads it.

    >>> formatted(pl.Series(["Q 03.04.22 0815", "1646355600", "x"]), ["Q %m.%d.%y %H%M", "epoch"]
    ...     ).to_list()
    ['2022-03-04 08:15:00', '2022-03-04 01:00:00+00:00', 'x']
    """
    if not formats:
        return column
    distinct_texts = column.drop_nulls().unique()
    texts = {text: iso for text in distinct_texts if (iso := _by_formats(text, formats))}
    return column.replace(texts)


def with_time(date: pl.Series, time: pl.Series) -> pl.Series:
    """Join a column of dates and one of times of day; a date without a time stays a date.

    A time may be a fraction of a day, as in a workbook, or follow a date of its own.

    >>> with_time(pl.Series(["04/03/2022", "2022-03-04 00:00:00", "44624", "4/3/2022"]),
    ...     pl.Series(["8h30", "0.354166666666667", "1899-12-31 08:30:00", None])).to_list()
    ['04/03/2022 08:30:00', '2022-03-04 08:30:00', '2022-03-04 08:30:00', '4/3/2022']
    """
    day, clock = pl.col("date"), pl.col("time")
    serial = pl.date(1899, 12, 30) + pl.duration(days=day.str.extract(_SERIAL).cast(pl.Int64))
    seconds = (clock.str.extract(_PART_OF_DAY).cast(pl.Float64) * _DAY).round().cast(pl.Int64)
    clock_times = (pl.datetime(1900, 1, 1) + pl.duration(seconds=seconds)).dt.strftime("%H:%M:%S")
    digits = clock.str.replace(r"^(\d{1,2})(\d{2})(\d{2})?$", "$1:$2:${3}_")
    written = digits.str.replace(":_", ":00").str.replace("_", "").str.replace(_DATE_AHEAD, "")
    date_text = pl.coalesce(serial.cast(pl.String), day.str.replace(_NO_TIME, ""))
    stamp = pl.concat_str([date_text, pl.coalesce(clock_times, written)], separator=" ")
    frame = pl.DataFrame({"date": plain(date), "time": time})
    return plain(frame.select(stamp=pl.coalesce(stamp, date_text))["stamp"])


def is_date_format(text: str) -> bool:
    """Return whether a text can be a date format: it names a whole day, with directives alone.

    >>> [is_date_format(text) for text in ("%d %b %Y", "%H:%M", "%d/%m/%Q", "epoch")]
    [True, False, False, True]
    """
    letters = re.findall("%(.?)", text)
    is_day = "j" in letters or ("d" in letters and any(c in letters for c in "mbB"))
    has_year = "Y" in letters or "y" in letters
    return text == EPOCH or (is_day and has_year and all(c and c in _DIRECTIVES for c in letters))


def _by_formats(text: str, formats: Sequence[str]) -> str:
    for form in formats:
        try:
            return _epoch_iso(text) if form == EPOCH else _iso(text, form)
        except (ValueError, OverflowError):
            continue
    return ""


def _iso(text: str, form: str) -> str:
    moment = dt.datetime.strptime(text, form)  # noqa: DTZ007
    if not any(f"%{letter}" in form for letter in "HI"):
        return moment.date().isoformat()
    return moment.isoformat(" ")


def _epoch_iso(text: str) -> str:
    """Read a number as seconds, or as milliseconds or microseconds where seconds are absurd.

    Raises:
        ValueError: It is no number, or one without end.
    """
    count = float(text)
    if not math.isfinite(count):
        raise ValueError(text)
    while abs(count) >= _ABSURD_SECONDS:
        count /= 1000
    return dt.datetime.fromtimestamp(round(count, 3), dt.UTC).isoformat(" ")


@dataclass(frozen=True)
class StampVotes:
    """Counts of a sheet's columns: share of epochs, and stamps at midnight.

    ``values`` and ``epochs`` are counted for every instant, ``midnights`` and ``hours`` (stamps at
    00:00:00, stamps at another time of day) for what is due.
    """

    values: Mapping[str, int] = field(default_factory=dict)
    epochs: Mapping[str, int] = field(default_factory=dict)
    midnights: Mapping[str, int] = field(default_factory=dict)
    hours: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: StampVotes) -> StampVotes:
        """Count two pieces of a sheet together."""
        return StampVotes(
            _sum(self.values, other.values),
            _sum(self.epochs, other.epochs),
            _sum(self.midnights, other.midnights),
            _sum(self.hours, other.hours),
        )

    @property
    def has_epochs(self) -> bool:
        """Whether some column of the sheet holds seconds or milliseconds since 1970."""
        return any(n >= _MOST_OF * self.values[name] for name, n in self.epochs.items() if n)

    def due_days(self, rule: DueMidnight) -> list[str]:
        """Name the due fields whose stamps at midnight are dates, so due at the end of the day.

        >>> votes = StampVotes(midnights={"due_at": 19}, hours={"due_at": 1})
        >>> votes.due_days("by_column"), votes.due_days("as_written")
        (['due_at'], [])
        """
        if rule == "as_written":
            return []
        return [name for name in self._at_midnight() if rule == "end_of_day" or self._is_day(name)]

    def due_mixed(self, rule: DueMidnight) -> list[str]:
        """Name the due fields whose stamps at midnight stand beside hours and stay as written."""
        if rule != "by_column":
            return []
        return [name for name in self._at_midnight() if not self._is_day(name)]

    def _at_midnight(self) -> list[str]:
        return [name for name in _DUE_FIELDS if self.midnights.get(name)]

    def _is_day(self, name: str) -> bool:
        stamps = self.midnights[name] + self.hours.get(name, 0)
        return self.midnights[name] >= _NEARLY_ALL * stamps


def stamp_votes(fields: Mapping[Target, pl.Series], zone: str) -> StampVotes:
    """Count what the stamps of a sheet look like.

    Args:
        fields: Texts by the field they feed, in the spelling of ``plain``.
        zone: Zone in which stamps with an offset are compared with midnight.
    """
    values, epochs = dict[str, int](), dict[str, int]()
    midnights, hours = dict[str, int](), dict[str, int]()
    for target, column in fields.items():
        name = target.field
        if not is_instant(name):
            continue
        values[name] = values.get(name, 0) + len(column) - column.null_count()
        short = column.filter(column.str.len_bytes() < _STAMP_LENGTH)
        epochs[name] = epochs.get(name, 0) + int(short.str.contains(_EPOCH).sum())
        if name in _DUE_FIELDS:
            at_midnight, timed = _midnights(column.drop_nulls(), zone)
            midnights[name], hours[name] = at_midnight, timed
    return StampVotes(values, epochs, midnights, hours)


def _midnights(column: pl.Series, zone: str) -> tuple[int, int]:
    """Count stamps at midnight, as written or in the zone, and those at another time of day."""
    is_midnight = column.str.contains(_MIDNIGHT)
    others = column.filter(~is_midnight & column.str.contains(_HOURS))
    is_epoch = others.str.contains(_EPOCH)
    moments = others.filter(~is_epoch).str.to_datetime(
        "%Y-%m-%d %H:%M:%S%.f%:z", strict=False, time_zone="UTC"
    )
    epoch_dates = others.filter(is_epoch).map_elements(_epoch_iso, pl.String)
    dates = pl.concat(
        [
            moments,
            epoch_dates.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%:z", strict=False, time_zone="UTC"),
        ]
    )
    local = dates.drop_nulls().dt.convert_time_zone(zone).dt.time()
    in_zone = int((local == dt.time()).sum())
    return int(is_midnight.sum()) + in_zone, len(others) - in_zone


def _sum(some: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {name: some.get(name, 0) + more.get(name, 0) for name in {**some, **more}}
