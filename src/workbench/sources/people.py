"""The one door through which landed values pass: staff become ids, identifiers in text are masked.

Columns that a profile calls personal never come this far. Every other landed value is searched,
because people type telephone numbers into columns of any name; where people write freely, more
patterns count. Coded values come from the profile's own lists, and dates of a known shape are
dates. What was masked is kept row by row, without the text itself, for rule D31.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.characters import plain_text
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
from workbench.project import shipped
from workbench.sources.fields import POSITION, is_extra, is_instant, is_staff
from workbench.sources.profile import Part, Profile, Target
from workbench.sources.readers import RawTable
from workbench.sources.spelling import name_keys

FREE_TEXT = ("reason", "late_reason")
"""Known fields in which people write freely; so they do in extras that hold no code or date."""

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
class Veil:
    """What one ingest hides people behind: the patterns, the salts of staff ids, the secret."""

    patterns: Patterns
    salts: Mapping[str, bytes]
    secret: bytes | None

    @classmethod
    def over(cls, exports: Mapping[str, Iterable[Path]], reference: Path | None) -> Veil:
        """Return the veil of an ingest of these files, by source, under the facts of a project.

        Raises:
            InputRejected: The patterns cannot be read.
            UsageProblem: ``WORKBENCH_KEY`` is too short.
        """
        patterns = read_patterns(reference or shipped().reference)
        salts = {source: staff_salt(files) for source, files in exports.items()}
        return cls(patterns, salts, secret_key())

    def names(self, files: Sequence[str]) -> list[str]:
        """Return names of files without people, each still another one."""
        bare = [plain_text(self.patterns.masked(name)) for name in files]
        again = [bare[:n].count(name) for n, name in enumerate(bare)]
        return [f"{name} ({n + 1})" if n else name for name, n in zip(bare, again, strict=True)]

    def label(self, text: str, source: str) -> str:
        """Return a part of a file name without people; different ones stay different."""
        bare = plain_text(self.patterns.masked(text))
        return bare if bare == text else f"{bare} {label_code(text, self.salts[source])}"

    def drawn(
        self, fields: Mapping[Target, pl.Series], raw: RawTable, profile: Profile, name: str
    ) -> tuple[dict[Target, pl.Series], pl.DataFrame]:
        """Return a sheet's fields without people, and the rows of ``landed_masks``."""
        clean: dict[Target, pl.Series] = {}
        masks = [pl.DataFrame(schema=MASKS)]
        for target, values in fields.items():
            if is_staff(target.field):
                accounts = name_keys(values)
                clean[target] = staff_ids(accounts, self.salts[profile.name], profile.name)
            elif target.field in profile.codes:
                clean[target] = values
            else:
                clean[target], found = self._masked(target.field, values)
                if not found.is_empty():
                    masks.append(_placed(found, target, raw, name))
        return clean, pl.concat(masks)

    def applicants(self, raw: RawTable, part: Part) -> pl.Series | None:
        """Return the key of each row's applicant, when a secret is set and the part names one."""
        columns = [raw.frame[name] for name in part.applicant if name in raw.frame.columns]
        return applicant_keys(columns, self.secret) if self.secret and columns else None

    def _masked(self, field: str, values: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
        free = field in FREE_TEXT or (is_extra(field) and not is_instant(field))
        if not is_instant(field):
            return self.patterns.mask(values, free_text=free)
        odd = values.is_not_null() & ~values.str.contains(_DATE)
        if not odd.any():
            return values, _NONE
        shy = values.to_frame("v").select(pl.when(odd).then("v"))["v"]
        masked, found = self.patterns.mask(shy, free_text=free)
        return masked.zip_with(odd, values), found


_NONE = pl.DataFrame(schema={"row": pl.UInt32, "pattern": pl.String})


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
