"""Valid files with bytes changed at random: every reader reads them or says what is wrong."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.core.errors import WorkbenchError
from workbench.ingest import find_profile
from workbench.ingest.profile import FileLayout
from workbench.ingest.readers import read
from workbench.testing import one_stop_export

ROUNDS = 150
TOKENS = (
    b'"', b";", b",", b"\n", b"\r", b"\0", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"<", b"&", b"]]>",
    b"<!DOCTYPE x>", b"=1+1", b"A" * 40_000, b"-1", b"99999999999999999999", b"\xf0\x9f\x98\x80",
    b'r="XFD1048576"', b't="e"', b't="s"', b"</c>", b"<row>", b"1e999", b"NaN",
)  # fmt: skip


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Change a few places: other bytes, tokens that mean something, pieces lost or repeated."""
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(content) + 1)
        length = chance.choice((0, 1, 1, 4, 64))
        put = chance.choice((b"", chance.randbytes(length), chance.choice(TOKENS)))
        piece = content[at : at + length] * chance.choice((0, 0, 1, 2))
        content = content[:at] + put + piece + content[at + length :]
    return content[: chance.randrange(len(content) + 1)] if chance.random() < 0.1 else content


def inside(workbook: bytes, chance: random.Random) -> bytes:
    """Change one part of a workbook and pack it again, so that the archive itself is sound."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = old.namelist()
        sick = chance.choice([*names, *(n for n in names if "sheet" in n or "shared" in n)])
        for name in names:
            data = old.read(name)
            new.writestr(name, mutated(data, chance) if name == sick else data)
    return packed.getvalue()


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("valid")
    one_stop_export(folder, dossiers=20)
    return folder


def attempt(path: Path, content: bytes, part: FileLayout) -> bool:
    """Read; say whether it went well. Anything but a worded refusal fails the test."""
    path.write_bytes(content)
    try:
        for table in read(path, part):
            assert table.rows_read >= table.frame.height
    except WorkbenchError as refusal:
        return not str(refusal)
    return True


Mutate = Callable[[bytes, random.Random], bytes]


@pytest.mark.parametrize(
    ("name", "number", "mutate"),
    [
        ("so-theo-doi-ho-so_2021-H1.xlsx", 0, mutated),
        ("so-theo-doi-ho-so_2021-H1.xlsx", 0, inside),
        ("nhat-ky-xu-ly_2021-H1.csv", 1, mutated),
        ("tam-dung_2021-H1.csv", 2, mutated),
    ],
)
def test_a_mutated_one_stop_file_is_read_or_refused(
    exports, tmp_path, reference_dir, name, number, mutate: Mutate
) -> None:
    part = find_profile("one_stop", reference_dir).parts[number]
    content = (exports / name).read_bytes()
    chance = random.Random(name + mutate.__name__)  # noqa: S311 - not for secrets
    done = [attempt(tmp_path / name, mutate(content, chance), part) for _ in range(ROUNDS)]
    assert attempt(tmp_path / name, content, part)
    assert not all(done), "the mutations are too kind"


LOG = b"""<?xml version="1.0" encoding="UTF-8" ?>
<log xes.version="1.0">%s</log>
""" % (
    b'<trace><string key="concept:name" value="7"/><string key="caseStatus" value="G"/>'
    b'<date key="startDate" value="2012-01-05T09:00:00+01:00"/>'
    b'<event><string key="taskName" value="one"/><string key="org:resource" value="n"/></event>'
    b"</trace>" * 20
)


@pytest.mark.parametrize("packed", [False, True])
def test_a_mutated_event_log_is_read_or_refused(tmp_path, reference_dir, packed) -> None:
    part = find_profile("wabo", reference_dir).parts[0]
    chance = random.Random(7)  # noqa: S311 - not for secrets
    path = tmp_path / ("log.xes.gz" if packed else "log.xes")
    content = gzip.compress(LOG, mtime=0) if packed else LOG
    for _ in range(ROUNDS):
        attempt(path, mutated(content, chance), part)
