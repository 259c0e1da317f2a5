"""Pseudonymise landed values: replace staff accounts by salted ids and mask identifiers in text.

Columns that a profile lists as personal are dropped before this. Of free text only the length
lands (rule D40), unless the profile keeps the words of the field or a reviewed list knows them.
Every other landed value is searched, because people type telephone numbers into any column; in
free text more patterns apply, and a unit or step named like a person lands under a code. Coded
values come from the profile's lists, and dates of a known shape need no search. What was masked is
recorded row by row, without the text, for rule D31.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.core.characters import plain_text
from workbench.core.project import shipped
from workbench.ingest.fields import POSITION, is_free_text, is_instant, is_open_list, is_staff
from workbench.ingest.profile import FileLayout, SourceProfile, Target
from workbench.ingest.readers import RawTable
from workbench.ingest.spelling import name_key, name_keys
from workbench.privacy import (
    MASKS_SCHEMA,
    Patterns,
    applicant_keys,
    label_code,
    read_patterns,
    secret_key,
    staff_ids,
    staff_salt,
)

_WORDED = r"\p{L}|(?:\d\P{L}*){6}"
"""A text of letters, or of enough digits for a person's number."""

MASKS: Mapping[str, type[pl.DataType]] = {
    **dict.fromkeys(POSITION[:2], pl.String),
    POSITION[2]: pl.Int64,
    **MASKS_SCHEMA,
}
"""``landed_masks``: one row per landed row, field and pattern found in it."""

_DATE = (
    r"^(?:\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}(?:[ T][\d:.]+(?: ?[APap][Mm])?(?:Z|[+\-]\d\d:?\d\d)?)?"
    r"|\d{5}(?:\.\d+)?|(?:19|20)\d{6}(?:\d{4}(?:\d{2})?)?)$"
)


@dataclass(frozen=True)
class Pseudonymiser:
    """Pseudonymiser of one ingest: the patterns, the salts of staff ids, the secret."""

    patterns: Patterns
    salts: Mapping[str, bytes]
    secret: bytes | None
    known_texts: frozenset[str] = frozenset()

    @classmethod
    def over(cls, exports: Mapping[str, Iterable[Path]], reference: Path | None) -> Pseudonymiser:
        """Return the pseudonymiser of an ingest of these files, by source, under a project's facts.

        Raises:
            InputRejected: The patterns cannot be read.
            UsageProblem: ``WORKBENCH_KEY`` is too short.
        """
        facts = reference or shipped().reference
        patterns = read_patterns(facts)
        salts = {source: staff_salt(files) for source, files in exports.items()}
        return cls(patterns, salts, secret_key(), _known_texts(facts))

    def names(self, files: Sequence[str]) -> list[str]:
        """Return file names without personal names, all still distinct."""
        bare = self.masked_values(files)
        again = [bare[:n].count(name) for n, name in enumerate(bare)]
        return [f"{name} ({n + 1})" if n else name for name, n in zip(bare, again, strict=True)]

    def masked_value(self, value: str) -> str:
        """Return a value quoted in a message without personal names."""
        return self.masked_values([value])[0]

    def masked_values(self, values: Sequence[str]) -> list[str]:
        """Return values quoted in a message without personal names, searched together."""
        bare, _ = self.patterns.mask(pl.Series(values, dtype=pl.String), free_text=True)
        return [plain_text(value) for value in bare]

    def label(self, text: str, source: str) -> str:
        """Return a part of a file name without personal names; distinct parts stay distinct."""
        bare = self.masked_value(text)
        return bare if bare == text else f"{bare} {label_code(text, self.salts[source])}"

    def drawn(
        self,
        fields: Mapping[Target, pl.Series],
        raw: RawTable,
        profile: SourceProfile,
        part: FileLayout,
        name: str,
    ) -> tuple[dict[Target, pl.Series], pl.DataFrame, pl.DataFrame]:
        """Return a sheet's fields without personal data, and what was masked or not kept.

        Args:
            fields: The text of each fed field, as long as the sheet.
            raw: The sheet as read.
            profile: Holds the code lists.
            part: Names the fields that keep their text.
            name: How ``source_file`` calls the file.

        Returns:
            The fields, rows of ``landed_masks``, and of each field of whose texts only the length
            is kept a row ``field``, ``n_values``.
        """
        clean: dict[Target, pl.Series] = {}
        masks = [pl.DataFrame(schema=MASKS)]
        searched = self._masked(
            {
                target: values
                for target, values in fields.items()
                if not is_staff(target.field) and target.field not in profile.codes
            },
            profile.name,
        )
        shortened: list[tuple[str, int]] = []
        for target, values in fields.items():
            if is_staff(target.field):
                accounts = name_keys(values)
                clean[target] = staff_ids(accounts, self.salts[profile.name], profile.name)
            elif target not in searched:
                clean[target] = values
            else:
                clean[target], found = searched[target]
                if not found.is_empty():
                    masks.append(_placed(found, target, raw, name))
                if _is_withheld(target, part):
                    # report a person's name also in a text that is not kept: the office typed it
                    clean[target], count = self._lengths(values)
                    shortened += [(target.field, count)] if count else []
        counts = pl.DataFrame(shortened, {"field": pl.String, "n_values": pl.Int64}, orient="row")
        return clean, pl.concat(masks), counts

    def applicants(self, raw: RawTable, part: FileLayout) -> pl.Series | None:
        """Return the key of each row's applicant, when a secret is set and the part names one."""
        columns = [raw.frame[name] for name in part.applicant if name in raw.frame.columns]
        return applicant_keys(columns, self.secret) if self.secret and columns else None

    def _masked(
        self, fields: Mapping[Target, pl.Series], source: str
    ) -> dict[Target, tuple[pl.Series, pl.DataFrame]]:
        """Return each field without personal data, and the rows and patterns found in it.

        Fields in which the same patterns count are searched together, since compiling the
        patterns costs more than searching a sheet.
        """
        groups: dict[tuple[bool, bool], dict[Target, pl.Series]] = {}
        for target, values in fields.items():
            kind = is_free_text(target.field), is_open_list(target.field)
            groups.setdefault(kind, {})[target] = _odd_dates(target, values)
        searched: dict[Target, tuple[pl.Series, pl.DataFrame]] = {}
        for (free_text, open_list), columns in groups.items():
            masked, found = self.patterns.mask(
                pl.concat(columns.values()), free_text=free_text, open_list=open_list
            )
            height = masked.len() // len(columns)
            for number, target in enumerate(columns):
                start = number * height
                finds = found.filter(pl.col("row").is_between(start, start + height - 1))
                finds = finds.with_columns(pl.col("row") - start)
                whole, result = fields[target], masked.slice(start, height)
                if open_list:
                    result = self._apart(whole, result, source)
                elif is_instant(target.field):
                    result = result.zip_with(result.is_not_null(), whole)
                searched[target] = (result if finds.height else whole), finds
        return searched

    def _apart(self, values: pl.Series, masked: pl.Series, source: str) -> pl.Series:
        """Return masked names of units and steps; those of persons get a code of their own."""
        pairs = pl.DataFrame({"from": values, "to": masked}).unique().drop_nulls()
        codes = {
            text: f"{bare} {label_code(text, self.salts[source])}"
            for text, bare in pairs.filter(pl.col("from") != pl.col("to")).rows()
        }
        return values.replace(codes)

    def _lengths(self, values: pl.Series) -> tuple[pl.Series, int]:
        """Replace each text by its length, unless a reviewed list knows the text.

        Short numbers and signs are no text.
        """
        texts = values.unique().drop_nulls()
        texts = texts.filter(texts.str.contains(_WORDED))
        lengths = {
            text: f"[{len(text)} ký tự]" for text in texts if name_key(text) not in self.known_texts
        }
        withheld = int(values.is_in(list(lengths)).sum())
        return (values.replace(lengths) if lengths else values), withheld


def _is_withheld(target: Target, part: FileLayout) -> bool:
    is_kept = target in part.keep_text or target in part.constants
    return is_free_text(target.field) and not is_kept


def _known_texts(reference: Path) -> frozenset[str]:
    """Return the reasons that reviewed lists know, as they are compared: kinds, not notes."""
    lists = {
        "pause_reasons.csv": ("text", "reason"),
        "pause_policies.csv": ("reason",),
        "cause_taxonomy.csv": ("code", "label_vi", "label_en"),
    }
    texts: set[str] = set()
    for file, columns in lists.items():
        if (reference / file).is_file():
            frame = pl.read_csv(reference / file, columns=columns, infer_schema=False)
            texts |= {name_key(text) for name in columns for text in frame[name].drop_nulls()}
    return frozenset(texts)


def _odd_dates(target: Target, values: pl.Series) -> pl.Series:
    """Leave of a column of dates what has no shape of a date; another column is left as it is."""
    if not is_instant(target.field):
        return values
    odd = ~values.str.contains(_DATE)
    return values.to_frame("value").select(pl.when(odd).then("value"))["value"]


def _placed(found: pl.DataFrame, target: Target, raw: RawTable, name: str) -> pl.DataFrame:
    rows = raw.frame["source_row"].gather(found["row"])
    return found.select(
        pl.lit(name).alias(POSITION[0]),
        pl.lit(raw.sheet).alias(POSITION[1]),
        rows.cast(pl.Int64).alias(POSITION[2]),
        pl.lit(target.table).alias("row_kind"),
        pl.lit(target.field).alias("field"),
        "pattern",
    )
