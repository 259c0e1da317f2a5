"""Pseudonyms: salted ids for staff, and a key of the applicant only on request.

``WORKBENCH_KEY`` holds a secret, or names the file that does; keep it outside the repository and
outside every DVC remote. With it ids are the same whatever is delivered, and an applicant gets one
key. Without it there is no applicant key, and staff ids are salted, source by source, with the
source's first export by name: an unpublished digest of a file stored beside the names themselves.
A key of our own would not help: in the repository it would protect no one, outside it the same
exports would give other bytes on every machine. So the same exports give the same ids everywhere,
an outsider without them cannot try account names, and ids stay when a later export is added (names
end in the period); they change when the first one does. Both remain personal data of the staff; no
table ranks by them.
"""

from __future__ import annotations

import hmac
import os
import re
import unicodedata
from collections.abc import Callable, Iterable
from hashlib import blake2b, sha256
from pathlib import Path

import polars as pl

from workbench.core.errors import UsageProblem

_SHORTEST = 16
_STAFF_LENGTH, _APPLICANT_LENGTH = 10, 32


def secret_key() -> bytes | None:
    """Return the secret of ``WORKBENCH_KEY``, or nothing when none is set.

    Raises:
        UsageProblem: The secret is shorter than 16 bytes.
    """
    value = os.environ.get("WORKBENCH_KEY", "")
    if not value:
        return None
    key_file = _file_named(value)
    secret = key_file.read_bytes().strip() if key_file else value.encode("utf-8")
    if len(secret) < _SHORTEST:
        raise UsageProblem("privacy.short_key", shortest=_SHORTEST)
    return secret


def _file_named(value: str) -> Path | None:
    try:
        path = Path(value)
        return path if path.is_file() else None
    except OSError:
        return None


def staff_salt(exports: Iterable[Path]) -> bytes:
    """Return the salt of a source's staff ids: the secret, or its first export's bytes.

    First is first by name, whatever folder it lies in and whatever else is delivered; of files of
    one name, the one whose digest is. The digest is of another kind than the fingerprints that
    ``landed_files`` shows, so those do not give it away.
    """
    if secret := secret_key():
        return secret
    files = [path for path in exports if path.is_file()]
    first = min((path.name for path in files), default="")
    digests = sorted(_digest(path) for path in files if path.name == first)
    return blake2b(b"".join(digests[:1]), person=b"workbench-staff").digest()


def _digest(path: Path) -> bytes:
    digest = blake2b(person=b"workbench-staff")
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.digest()


def staff_ids(accounts: pl.Series, salt: bytes, source: str) -> pl.Series:
    """Return accounts as ids that are distinct within a source and name no person.

    >>> staff_ids(pl.Series(["cb01", None]), b"0123456789abcdef", "one_stop").to_list()
    ['cb-ae1814da6c', None]
    """
    return _named(accounts, lambda a: f"cb-{_code(salt, f'{source}/{a}', _STAFF_LENGTH)}")


def label_code(text: str, salt: bytes) -> str:
    """Return a short code for a masked text, distinct within a source and without its content."""
    return _code(salt, f"label/{text}", _STAFF_LENGTH)


def applicant_keys(columns: Iterable[pl.Series], secret: bytes) -> pl.Series:
    """Return one key per row from the columns that identify its applicant; none where all lack.

    Case, spaces, punctuation and the composition of letters make no difference.
    """
    compared = [column.map_elements(_compared, pl.String) for column in columns]
    whole = pl.DataFrame([c.alias(f"c{n}") for n, c in enumerate(compared)]).select(
        pl.concat_str(pl.all(), separator="|", ignore_nulls=True).alias("whole")
    )
    texts = whole.select(pl.when(pl.col("whole") != "").then("whole").alias("whole"))["whole"]
    return _named(texts, lambda a: _code(secret, f"applicant/{a}", _APPLICANT_LENGTH))


def _compared(text: str) -> str | None:
    letters = re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", text).casefold())
    return letters or None


def _named(texts: pl.Series, name: Callable[[str], str]) -> pl.Series:
    distinct_texts = texts.unique().drop_nulls().to_list()
    names = {text: name(text) for text in distinct_texts}
    return texts.replace_strict(names, default=None, return_dtype=pl.String)


def _code(secret: bytes, text: str, length: int) -> str:
    return hmac.new(secret, text.encode("utf-8"), sha256).hexdigest()[:length]
