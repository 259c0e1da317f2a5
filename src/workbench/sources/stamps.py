"""One spelling for dates and times, however people and systems write them.

A stamp means what its models in ``pipelines/clean`` say; here only its spelling changes. What they
read as it stands (ISO, ``05/11/2022 07:30``, serial numbers) stays; rarer shapes become ISO, or
``dd/mm/yyyy`` with the first two numbers in their places, as only a vote over the sheet tells which
of them is the day. A text in no shape stays as it is, for the models to refuse by name.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from workbench.sources.fields import is_instant
from workbench.sources.profile import DueMidnight, Target

EPOCH = "epoch"
"""A date format: seconds, milliseconds or microseconds since 1 January 1970 in UTC."""
DUE_FIELDS = ("due_at", "due_first_at", "step_due_at")
"""Instants by which something is due; a mere date there means its end."""
DIRECTIVES = "YymdbBjHIMSfpz%"
"""Letters that a date format may have after a percent sign, as in Python's ``strptime``."""

_ISO_T = r"^(\d{4}-\d{2}-\d{2})T"
_ISO_FRACTION = r"^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})(?:\.0+|(\.\d*?[1-9])0+)([+\-Z]|$)"
_ISO_UTC = r"^(\d{4}-\d{2}-\d{2} .*)Z$"

_USUAL = (
    r"^(?:\d{1,2}/\d{1,2}/\d{4}(?: \d{1,2}:\d{2}(?::\d{2}(?: [AP]M|\.\d{1,6})?)?)?"
    r"|\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?(?:[+\-]\d{2}:\d{2})?)?)?"
    r"|\d{1,2}[.\-/]\d{1,2}[.\-/](?:\d{4}|\d{2})(?: (?:[01]?\d|2[0-3]):\d{2}(?::\d{2})?)?"
    r"|\d{5}(?:\.\d+)?|\d{8}|\d{12}|\d{14})$"
)
"""Shapes that the models read as they stand, the most frequent first."""

_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_MONTH_NUMBERS = (
    *(("jan", 1), ("feb", 2), ("mar", 3), ("apr", 4), ("may", 5), ("jun", 6)),
    *(("jul", 7), ("aug", 8), ("sep", 9), ("oct", 10), ("nov", 11), ("dec", 12)),
)
_MONTH_WORDS = (
    ("mười một", "11"),
    ("mười hai|chạp", "12"),
    ("mười", "10"),
    ("một|giêng", "1"),
    ("hai", "2"),
    ("ba", "3"),
    ("tư|bốn", "4"),
    ("năm", "5"),
    ("sáu", "6"),
    ("bảy|bẩy", "7"),
    ("tám", "8"),
    ("chín", "9"),
)
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[ap]m)?"
_ENDS = r"( |,|$)"

_WORDING = (
    # what a JSON library of .NET, the clock of Java and that of a browser put around a stamp
    (r"^/date\((-?\d+)(?:[+\-]\d{4})?\)/$", "$1 ms"),
    (r"(z|[+\-]\d{2}:?\d{2}) ?[\[(][^\])]*[\])]$", "$1"),
    (r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]? ", ""),
    (r"^(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật),? ", ""),
    # the time in words
    (
        r"(\d{1,2}) ?(?:h|g|giờ) ?(\d{2}) ?(?:'|ph|p|phút|m)? ?(\d{2}) ?(?:''|\"|s|giây)",
        "$1:$2:$3",
    ),
    (rf"(\d{{1,2}}) ?(?:h|g|giờ) ?(\d{{2}})(?: ?(?:'|ph|p|phút|m))?{_ENDS}", "$1:$2$3"),
    (rf"(\d{{1,2}}) ?(?:h|g|giờ) ?(\d) ?(?:'|ph|p|phút|m){_ENDS}", "$1:0$2$3"),
    (rf"(\d{{1,2}}) ?(?:h|g|giờ){_ENDS}", "$1:00$2"),
    # the hours before and after noon
    (r"(\d) ?(?:sa|sáng|a\.m|am)\b\.?", "$1 am"),
    (r"(\d) ?(?:ch|chiều|p\.m|pm)\b\.?", "$1 pm"),
    (r"(?:^|,? )(?:lúc|vào|hồi|at) ", " "),
    (r"(?:^|,? )ngày ", " "),
    # the month in words
    *((rf" ?tháng (?:{words})\b", f" tháng {number}") for words, number in _MONTH_WORDS),
    (r"(\d{1,2})[ \-]?(?:tháng|thg|th)\.? ?(\d{1,2})(?: năm)?[ ,\-]+(\d{4})\b", "y$3-$2-$1"),
    (rf"^(\d{{4}})[\-/. ]({_MONTHS})[\-/. ](\d{{1,2}})\b", "y$1-$2-$3"),
    (
        rf"\b(\d{{1,2}})(?:st|nd|rd|th)?[ \-/.]?({_MONTHS})\.?[ ,\-/.]*(\d{{4}}|\d{{2}})\b",
        "y$3-$2-$1",
    ),
    (rf"\b({_MONTHS})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b", "y$3-$1-$2"),
    # ``date`` of a Unix shell: the year stands last
    (rf"^({_MONTHS}) (\d{{1,2}}) ({_TIME})(?: (utc|gmt))? (\d{{4}})$", "y$5-$1-$2 $3 $4"),
    *((rf"-{name}[a-z]*-", f"-{number}-") for name, number in _MONTH_NUMBERS),
    (r"y(\d{2}-)", "20$1"),
    (r"y(\d{4}-)", "$1"),
    (r"^(\d{4}-\d{1,2}-\d{1,2}) (\d{1,2})\.(\d{2})\.(\d{2})", "$1 $2:$3:$4"),
    # the year first, or no signs between the numbers
    (r"\b(\d{4})[/.](\d{1,2})[/.](\d{1,2})\b", "$1-$2-$3"),
    (
        r"^(\d{4})(\d{2})(\d{2})[t ]?(\d{2}):?(\d{2})(?::?(\d{2}))?(\.\d+)?"
        r"( ?(?:z|gmt|utc|[+\-]).*)?$",
        "$1-$2-$3 $4:$5:${6}_$7$8",
    ),
    (r":_", ":00"),
    (r"_", ""),
    (r"^(\d{8})\.0+$", "$1"),
    (r"^(\d{5}),(\d+)$", "$1.$2"),
    # the time before the date
    (rf"^ ?({_TIME})[ ,\-–]+(\S.*)$", "$2 $1"),
    (r" ?/ ?", "/"),
    (r"^ ", ""),
)
"""Rules on small letters, in their order."""

_CLOCK = (
    r"(?:[,:t ]+[\-–]? ?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"(?:[.,](?P<fraction>\d{1,9}))?(?: ?(?P<half>[ap])m)?"
)
_YEAR_FIRST = (
    r"^(?P<one>\d{4})-(?P<two>\d{1,2})-(?P<three>\d{1,2})"
    + _CLOCK
    + r"(?: ?(?:gmt|utc)? ?(?P<sign>[+\-])(?P<ahead>\d{1,2}):?(?P<minutes>\d{2})?"
    r"| ?(?P<utc>z|gmt|utc))?)? ?$"
)
_YEAR_LAST = (
    r"^(?P<one>\d{1,2})[/.\-](?P<two>\d{1,2})[/.\-](?P<three>\d{4}|\d{2})" + _CLOCK + r")? ?$"
)
_MILLISECONDS = r"^(-?\d+) ms$"
_NUMBER = r"^(\d{8}|\d{5}\.\d+)$"
_EPOCH = r"^1\d{9}(?:\d{3}){0,2}(?:\.\d+)?$"
_MIDNIGHT = r"[ T](?:0?0:00(?::00(?:\.0+)?)?|12:00(?::00)? AM)(?:[+\-]\d{2}:\d{2})?$|^\d{8}0000(?:00)?$"
_HOURS = r":|^\d{10}(?:\.\d+)?$|^\d{12,14}(?:\.\d+)?$|^\d{5}\.\d*[1-9]"
_MOST_FRACTION, _NOON, _ABSURD_SECONDS = 6, 12, 1e11
_MOST_OF, _NEARLY_ALL = 0.8, 0.9
_SERIAL, _PART_OF_DAY, _DAY = r"^(\d{5})(?:\.0+)?$", r"^(0?\.\d+)$", 86_400
_DATE_AHEAD = r"^\d{4}-\d{2}-\d{2}[ T]"


def plain(column: pl.Series) -> pl.Series:
    """Return the stamps of a column in the spelling that the models read.

    A text in no known shape, and an hour that the half of its day does not have, stay as they are.

    >>> plain(pl.Series(["2012/10/09 14:50:17.000", "14/03/2022 2:15 CH", "7g30 ngày 4/3/2022",
    ...     "ngày 05 tháng 3 năm 2022", "15-Mar-22 08:00", "20220304T080000Z"])).to_list()
    ... # doctest: +NORMALIZE_WHITESPACE
    ['2012-10-09 14:50:17', '14/03/2022 14:15:00', '04/03/2022 07:30:00', '2022-03-05',
     '2022-03-15 08:00:00', '2022-03-04 08:00:00+00:00']
    """
    column = _one_iso(column)
    if column.str.contains(_USUAL).all():
        return column
    rare = column.filter(~column.str.contains(_USUAL)).unique()
    known = rare.to_frame("text").with_columns(_respelt(pl.col("text")).alias("plain"))
    changed = known.filter(pl.col("text") != pl.col("plain"))
    return column.replace(changed["text"], changed["plain"])


def are_stamps(column: pl.Series) -> pl.Series:
    """Say of each text whether it has the shape of a date or a time; missing stays missing.

    A number is none but for its year in front: seconds since 1970 look like a telephone.

    >>> are_stamps(pl.Series(["4 March 2022", "20220304", "44566", "0912345678", None])).to_list()
    [True, True, False, False, None]
    """
    text = plain(column)
    return text.str.contains(_USUAL) & ~text.str.contains(r"^\d+(?:\.\d+)?$") | text.str.contains(
        r"^(?:19|20)\d{6}(?:\d{4}){0,1}(?:\d{2})?$"
    )


def _from_milliseconds(count: pl.Expr) -> pl.Expr:
    """Write milliseconds since 1970 as a stamp in UTC."""
    moment = pl.from_epoch(count, time_unit="ms")
    return _without_zeros(moment.dt.strftime("%Y-%m-%d %H:%M:%S%.6f")) + "+00:00"


def _respelt(text: pl.Expr) -> pl.Expr:
    words = text.str.to_lowercase().str.replace_all(r"[\s\x{00a0}]+", " ")
    for pattern, replacement in _WORDING:
        words = words.str.replace(pattern, replacement)
    first, last = words.str.extract_groups(_YEAR_FIRST), words.str.extract_groups(_YEAR_LAST)
    return pl.coalesce(
        _joined(first, "-") + _offset(first),
        _joined(last, "/"),
        _from_milliseconds(words.str.extract(_MILLISECONDS).cast(pl.Int64, strict=False)),
        words.str.extract(_NUMBER),
        text,
    )


def _joined(groups: pl.Expr, sign: str) -> pl.Expr:
    """Join the numbers of a date and a time, each with its zeros; missing where none was found."""

    def group(name: str) -> pl.Expr:
        return groups.struct.field(name)

    parts = [group(name).str.zfill(2) for name in ("one", "two", "three")]
    if sign == "/":
        is_short = parts[2].str.len_bytes() == 2
        parts[2] = pl.when(is_short).then("20" + parts[2]).otherwise(parts[2])
    date = pl.concat_str(parts, separator=sign)
    hour = _hour(group("hour").cast(pl.Int64), group("half"))
    minute, second = group("minute"), group("second").fill_null("00")
    time = pl.concat_str([hour, minute, second], separator=":")
    fraction = group("fraction").str.head(_MOST_FRACTION)
    clock = _without_zeros(time + "." + fraction.fill_null("0"))
    return pl.when(group("hour").is_null()).then(date).otherwise(date + " " + clock)


def _hour(hour: pl.Expr, half: pl.Expr) -> pl.Expr:
    """Return the hour of the day in two digits; missing where the half of the day has none such."""
    is_first = half == "a"
    counted = (
        pl.when(half.is_null())
        .then(hour)
        .when(is_first & (hour <= _NOON))
        .then(hour % _NOON)
        .when(~is_first & (hour > 0))
        .then(pl.when(hour < _NOON).then(hour + _NOON).otherwise(hour))
    )
    return counted.cast(pl.String).str.zfill(2)


def _offset(groups: pl.Expr) -> pl.Expr:
    """Return the offset from UTC as ``+07:00``, or nothing."""
    sign, utc = groups.struct.field("sign"), groups.struct.field("utc")
    ahead = groups.struct.field("ahead").str.zfill(2)
    minutes = groups.struct.field("minutes").fill_null("00")
    return (
        pl.when(sign.is_not_null())
        .then(sign + ahead + ":" + minutes)
        .when(utc.is_not_null())
        .then(pl.lit("+00:00"))
        .otherwise(pl.lit(""))
    )


def _without_zeros(clock: pl.Expr) -> pl.Expr:
    return clock.str.replace(r"\.?0*$", "")


def _one_iso(column: pl.Series) -> pl.Series:
    """Write ISO instants one way: a space before the time, no idle zeros, ``+00:00`` for Z."""
    if not column.str.contains_any(["T", ".", "Z"]).any():
        return column
    return (
        column.str.replace(_ISO_T, "${1} ")
        .str.replace(_ISO_FRACTION, "${1}${2}${3}")
        .str.replace(_ISO_UTC, "${1}+00:00")
    )


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
    known = column.drop_nulls().unique()
    texts = {text: iso for text in known if (iso := _by_formats(text, formats))}
    return column.replace(texts)


def with_time(date: pl.Series, time: pl.Series) -> pl.Series:
    """Join a column of dates and one of times of day; a date without a time stays a date.

    A time may be a part of a day, as a workbook counts it, or stand behind a date of its own.

    >>> with_time(pl.Series(["04/03/2022", "2022-03-04 00:00:00", "44624", "4/3/2022"]),
    ...     pl.Series(["8h30", "0.354166666666667", "1899-12-31 08:30:00", None])).to_list()
    ['04/03/2022 08:30:00', '2022-03-04 08:30:00', '2022-03-04 08:30:00', '4/3/2022']
    """
    day, clock = pl.col("date"), pl.col("time")
    serial = pl.date(1899, 12, 30) + pl.duration(days=day.str.extract(_SERIAL).cast(pl.Int64))
    seconds = (clock.str.extract(_PART_OF_DAY).cast(pl.Float64) * _DAY).round().cast(pl.Int64)
    counted = (pl.datetime(1900, 1, 1) + pl.duration(seconds=seconds)).dt.strftime("%H:%M:%S")
    digits = clock.str.replace(r"^(\d{1,2})(\d{2})(\d{2})?$", "$1:$2:${3}_")
    written = digits.str.replace(":_", ":00").str.replace("_", "").str.replace(_DATE_AHEAD, "")
    date_text = pl.coalesce(serial.cast(pl.String), day.str.replace(_MIDNIGHT, ""))
    stamp = pl.concat_str([date_text, pl.coalesce(counted, written)], separator=" ")
    frame = pl.DataFrame({"date": plain(date), "time": time})
    return plain(frame.select(stamp=pl.coalesce(stamp, date_text))["stamp"])


def is_date_format(text: str) -> bool:
    """Say whether a text can be a date format: it names a whole day, with directives alone.

    >>> [is_date_format(text) for text in ("%d %b %Y", "%H:%M", "%d/%m/%Q", "epoch")]
    [True, False, False, True]
    """
    letters = re.findall("%(.?)", text)
    is_day = "j" in letters or ("d" in letters and any(c in letters for c in "mbB"))
    has_year = "Y" in letters or "y" in letters
    return text == EPOCH or (is_day and has_year and all(c and c in DIRECTIVES for c in letters))


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
    """Read a number as seconds, or as milliseconds or microseconds where seconds are absurd."""
    count = float(text)
    while abs(count) >= _ABSURD_SECONDS:
        count /= 1000
    return dt.datetime.fromtimestamp(round(count, 3), dt.UTC).isoformat(" ")


@dataclass(frozen=True)
class StampVotes:
    """What the columns of a sheet hold, counted: which share is epochs, which stands at midnight.

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
        return [name for name in DUE_FIELDS if self.midnights.get(name)]

    def _is_day(self, name: str) -> bool:
        stamps = self.midnights[name] + self.hours.get(name, 0)
        return self.midnights[name] >= _NEARLY_ALL * stamps


def stamp_votes(fields: Mapping[Target, pl.Series], zone: str) -> StampVotes:
    """Count what the stamps of a sheet look like.

    Args:
        fields: Texts by the field they feed, as ``plain`` spells them.
        zone: In which stamps with an offset of their own stand at midnight or not.
    """
    values, epochs = dict[str, int](), dict[str, int]()
    midnights, hours = dict[str, int](), dict[str, int]()
    for target, column in fields.items():
        name = target.field
        if not is_instant(name):
            continue
        values[name] = values.get(name, 0) + len(column) - column.null_count()
        epochs[name] = epochs.get(name, 0) + int(column.str.contains(_EPOCH).sum())
        if name in DUE_FIELDS:
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
    counted = others.filter(is_epoch).map_elements(_epoch_iso, pl.String)
    known = pl.concat([moments, counted.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%:z", strict=False, time_zone="UTC")])
    local = known.drop_nulls().dt.convert_time_zone(zone).dt.time()
    in_zone = int((local == dt.time()).sum())
    return int(is_midnight.sum()) + in_zone, len(others) - in_zone


def _sum(some: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {name: some.get(name, 0) + more.get(name, 0) for name in {**some, **more}}
