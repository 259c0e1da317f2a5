"""One spelling for dates and times, however people and systems write them.

A stamp means what its models in ``pipelines/clean`` define; only its spelling changes here. Shapes
that they read (ISO, ``05/11/2022 07:30``, serial numbers) stay; rarer shapes become ISO, or
``dd/mm/yyyy`` with the first two numbers in place, as only a vote over the sheet decides which of
them is the day. A text in no known shape stays and is quarantined by the models.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_ISO_T = r"^(\d{4}-\d{2}-\d{2})T"
_ISO_FRACTION = r"^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})(?:\.0+|(\.\d*?[1-9])0+)([+\-Z]|$)"
_ISO_UTC = r"^(\d{4}-\d{2}-\d{2} .*)Z$"

_PLAINEST = r"^(?:\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2}-\d{2})(?: \d{2}:\d{2}(?::\d{2})?)?$"
"""Shapes in which most columns are written throughout: one test settles them."""
_USUAL = (
    r"^(?:\d{1,2}/\d{1,2}/\d{4}(?: \d{1,2}:\d{2}(?::\d{2}(?: [AP]M|\.\d{1,6})?)?)?"
    r"|\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?(?:[+\-]\d{2}:\d{2})?)?)?"
    r"|\d{1,2}[.\-/]\d{1,2}[.\-/](?:\d{4}|\d{2})(?: (?:[01]?\d|2[0-3]):\d{2}(?::\d{2})?)?"
    r"|\d{5}(?:\.\d+)?|\d{8}|\d{12}|\d{14})$"
)
"""Shapes that the models read as they are, the most frequent first."""

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
_WORDING_IN_TURN = tuple(_WORDING[n : n + 12] for n in range(0, len(_WORDING), 12))
"""The same, as many at a time as one regex can look for."""

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
_MOST_FRACTION, _NOON = 6, 12
_MILLISECONDS = r"^(-?\d+) ms$"
_NUMBER = r"^(\d{8}|\d{5}\.\d+)$"


def plain(column: pl.Series) -> pl.Series:
    """Return the stamps of a column in the spelling that the models read.

    A text in no known shape, and an hour that the half of its day does not have, stay as they are.

    >>> plain(pl.Series(["2012/10/09 14:50:17.000", "14/03/2022 2:15 CH", "7g30 ngày 4/3/2022",
    ...     "ngày 05 tháng 3 năm 2022", "15-Mar-22 08:00", "20220304T080000Z"])).to_list()
    ... # doctest: +NORMALIZE_WHITESPACE
    ['2012-10-09 14:50:17', '14/03/2022 14:15:00', '04/03/2022 07:30:00', '2022-03-05',
     '2022-03-15 08:00:00', '2022-03-04 08:00:00+00:00']
    """
    if column.str.contains(_PLAINEST).all():
        return column
    column = _one_iso(column)
    rare = column.filter(~column.str.contains(_USUAL)).unique()
    if rare.is_empty():
        return column
    spellings = pl.DataFrame({"text": rare, "words": _in_figures(rare)})
    spellings = spellings.with_columns(_respelt(pl.col("words"), pl.col("text")).alias("plain"))
    changed = spellings.filter(pl.col("text") != pl.col("plain"))
    return column.replace(changed["text"], changed["plain"])


def plain_columns(columns: Sequence[pl.Series]) -> list[pl.Series]:
    """Return ``plain`` of several columns; odd ones together, since compiling the rules is slow."""
    odd = [n for n, column in enumerate(columns) if not column.str.contains(_PLAINEST).all()]
    spelt = list(columns)
    if odd:
        together = plain(pl.concat([columns[n] for n in odd]))
        start = 0
        for n in odd:
            spelt[n] = together.slice(start, columns[n].len())
            start += columns[n].len()
    return spelt


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


def _in_figures(texts: pl.Series) -> pl.Series:
    """Apply the rules in their order, but those of which none matches: compiling each is slow."""
    words = texts.str.to_lowercase().str.replace_all(r"[\s\x{00a0}]+", " ")
    for rules in _WORDING_IN_TURN:
        if words.str.contains("|".join(f"(?:{pattern})" for pattern, _ in rules)).any():
            for pattern, replacement in rules:
                words = words.str.replace(pattern, replacement)
    return words


def _respelt(words: pl.Expr, text: pl.Expr) -> pl.Expr:
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
    counts = (
        pl.when(half.is_null())
        .then(hour)
        .when(is_first & (hour <= _NOON))
        .then(hour % _NOON)
        .when(~is_first & (hour > 0))
        .then(pl.when(hour < _NOON).then(hour + _NOON).otherwise(hour))
    )
    return counts.cast(pl.String).str.zfill(2)


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
