"""Ids for staff without names, a key of the applicant only by a secret from outside."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.core.errors import UsageProblem
from workbench.privacy import applicant_keys, secret_key, staff_ids, staff_salt

SECRET = "a text of sixteen bytes and more"  # noqa: S105


@pytest.fixture
def exports(tmp_path):
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for file in files:
        file.write_text(file.name, encoding="utf-8")
    return files


@pytest.fixture(autouse=True)
def _no_secret(monkeypatch) -> None:
    monkeypatch.delenv("WORKBENCH_KEY", raising=False)


def test_without_a_secret_there_is_none(monkeypatch) -> None:
    assert secret_key() is None
    monkeypatch.setenv("WORKBENCH_KEY", "")
    assert secret_key() is None


def test_the_secret_is_the_text_or_the_content_of_the_file_named(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("WORKBENCH_KEY", SECRET)
    assert secret_key() == SECRET.encode()
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    monkeypatch.setenv("WORKBENCH_KEY", str(file))
    assert secret_key() == SECRET.encode()
    monkeypatch.setenv("WORKBENCH_KEY", "x" * 5000)
    assert secret_key() == b"x" * 5000


def test_a_short_secret_is_refused_without_being_printed(monkeypatch) -> None:
    monkeypatch.setenv("WORKBENCH_KEY", "Zq7short")
    with pytest.raises(UsageProblem) as problem:
        secret_key()
    assert "Zq7short" not in str(problem.value)


def test_the_salt_follows_from_the_first_export_by_name_and_from_nothing_else(
    exports, tmp_path
) -> None:
    salt = staff_salt(exports)
    (tmp_path / "elsewhere").mkdir()
    moved = exports[0].rename(tmp_path / "elsewhere" / "a.csv")
    assert staff_salt([exports[1], moved]) == salt
    assert staff_salt([moved]) == salt
    moved.write_text("a.csV", encoding="utf-8")
    assert staff_salt([exports[1], moved]) != salt


def test_the_salt_is_no_fingerprint_that_is_shown(exports) -> None:
    from hashlib import sha256

    shown = sha256(exports[0].read_bytes()).digest()
    assert staff_salt(exports[:1]) != shown


def test_a_secret_keeps_ids_the_same_from_export_to_export(exports, monkeypatch) -> None:
    monkeypatch.setenv("WORKBENCH_KEY", SECRET)
    assert staff_salt(exports) == staff_salt(exports[:1]) == SECRET.encode()


def test_ids_distinguish_people_and_do_not_name_them() -> None:
    accounts = pl.Series([f"sd-p1-cb{n:02d}" for n in range(500)])
    ids = staff_ids(accounts, b"salt", "one_stop")
    assert ids.n_unique() == 500
    assert ids.str.contains(r"^cb-[0-9a-f]{10}$").all()
    assert not set(ids) & set(staff_ids(accounts, b"other", "one_stop"))
    assert not set(ids) & set(staff_ids(accounts, b"salt", "other source"))


def test_the_same_applicant_has_one_key_however_written() -> None:
    names = pl.Series(["Nguyễn Thị Mẫu", "nguyễn thị  mẫu", "Nguyễn Thị Mẫu", None, " "])
    phones = pl.Series(["0000 000 001", "0000000001", "0000.000.001", None, None])
    keys = applicant_keys([names, phones], SECRET.encode()).to_list()
    assert keys[0] == keys[1] == keys[2]
    assert len(keys[0]) == 32
    assert keys[3:] == [None, None]
    assert applicant_keys([names], b"another")[0] != applicant_keys([names], b"secret")[0]
