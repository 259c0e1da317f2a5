"""No person reaches an output: people are planted into every column of every shipped profile.

The exports are the profiles turned inside out: row 1 is sound, each further row puts a person into
one mapped column, and personal and ignored columns name one in every row. Every person is unique,
so a leak names its column. Every stage runs, from ingest to the briefing, and DVC keeps what they
make; then every byte of the project but the inbox itself is searched, Parquet and archives
unpacked: folders, cache, locks, logs and messages.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

import polars as pl
import pytest
import xlsxwriter

from pipeline.conftest import shorten
from workbench.cli import main
from workbench.core.project import Project
from workbench.ingest import shipped_profiles
from workbench.ingest.fields import is_instant
from workbench.ingest.profile import FileLayout, SourceProfile

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
PROFILES = shipped_profiles(REFERENCE)
GIVEN = ("data/inbox", "data/reference", "src", "pipelines", "notebooks", ".git/")


# no part of a longer number: DVC notes checksums of forty digits
MARKER = re.compile(rb"Zqmark[a-j]+|(?<![.\d])(?:0987600\d{3}|0871990\d{5})(?!\d)|zqmail\d{5}")
HEADING = "Số liệu tính đến 17:00 ngày 30/06/2022"
SOUND = {
    "unit_id": "UBND Phường 1",
    "procedure_id": "1.001193",
    "procedure_name": "Đăng ký khai sinh",
    "norm_hours": "8",
    "step_no": "1",
}

Row = dict[str, str]


@dataclass
class People:
    """People handed out one by one, and the column each went into."""

    columns: dict[str, str] = field(default_factory=dict)

    def next(self, column: str) -> str:
        """A person as staff type one: name with a title, telephone, identity number, e-mail."""
        number = f"{len(self.columns):05d}"
        self.columns[number] = column
        name = "Zqmark" + "".join("abcdefghij"[int(digit)] for digit in number)
        return f"ông {name} 09876{number} 0871990{number} zqmail{number}@example.vn"

    def bare(self, column: str) -> str:
        """A person without anything that a pattern could know."""
        return self.next(column).removeprefix("ông ").split(" ")[0]

    def column_of(self, marker: bytes) -> str:
        """Say into which column the person of a marker was put."""
        text = marker.decode()
        letters = text.removeprefix("Zqmark")
        digits = "".join(str("abcdefghij".index(c)) for c in letters) if letters != text else text
        return self.columns[digits[-5:]]


def plant(profile: SourceProfile, folder: Path, people: People) -> list[Path]:
    """Write one file per part of a profile, a person in every column but the coded ones."""
    files = []
    for part in profile.parts:
        files.append(write(folder, profile, part, planted_rows(profile, part, people)))
    return files


def write(folder: Path, profile: SourceProfile, part: FileLayout, rows: list[Row]) -> Path:
    """Write rows as a file of a part's kind."""
    number = "_20220630170000" if profile.snapshot.name else "1"
    path = folder / part.patterns[0].replace("*", number)
    writers = {"csv": _csv, "xlsx": _xlsx, "xes": _xes, "json": _json}
    writers[part.kind](path, profile, part, rows)
    return path


def coded(profile: SourceProfile, part: FileLayout) -> list[str]:
    """Columns whose values must stand in a list of the profile."""
    return [
        header
        for header, targets in part.columns.items()
        if any(target.field in profile.codes for target in targets)
    ]


def lists(profile: SourceProfile) -> set[str]:
    """Keys of JSON objects that hold rows of their own."""
    return {name for part in profile.parts for name in (part.nested, part.records) if name}


def plain(profile: SourceProfile, part: FileLayout) -> list[str]:
    """Columns that take any text."""
    taken = {*coded(profile, part), *lists(profile), *part.personal, *part.ignored}
    return [h for h in part.headers() if h not in taken and not h.startswith("../")]


def planted_rows(profile: SourceProfile, part: FileLayout, people: People) -> list[Row]:
    rows = [sound_row(profile, part, people, 0)]
    for header in plain(profile, part):
        row = sound_row(profile, part, people, len(rows))
        row[header] = people.next(f"{profile.name}: {header}")
        rows.append(row)
    return rows


def sound_row(profile: SourceProfile, part: FileLayout, people: People, number: int) -> Row:
    staged = {h: "06/05/2022" for stage in part.stages for h in (stage.ends, stage.holder) if h}
    mapped = [h for h in part.columns if not h.startswith("../")]
    row = staged | {h: _sound(profile, part, h, number) for h in mapped}
    for header in sorted({*part.personal, *part.ignored} - lists(profile)):
        place = f"{profile.name}: {header}"
        row[header] = people.bare(place) if number % 2 else people.next(place)
    return row


def _sound(profile: SourceProfile, part: FileLayout, header: str, number: int) -> str:
    fields = [target.field for target in part.columns[header]]
    known = next((profile.codes[f] for f in fields if f in profile.codes), None)
    if known:
        return next(iter(known))
    if is_instant(fields[0]):
        return "2022-01-05 08:00:00" if part.kind == "xes" else "05/05/2022 08:00:00"
    if fields[0] == "dossier_id":
        return f"PL-{profile.name}-{number}"
    return SOUND.get(fields[0], "abc")


def _csv(path: Path, profile: SourceProfile, part: FileLayout, rows: list[Row]) -> None:
    lines = [HEADING] if profile.snapshot.heading else []
    headers = list(rows[0])
    lines += [part.delimiter.join(headers)]
    lines += [part.delimiter.join(row[h] for h in headers) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding=part.encoding)


def _xlsx(path: Path, profile: SourceProfile, part: FileLayout, rows: list[Row]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(part.sheet or "Sheet1")
        sheet.write_string(0, 0, HEADING)
        sheet.write_row(2, 0, list(rows[0]))
        for n, row in enumerate(rows, start=3):
            sheet.write_row(n, 0, list(row.values()))


def _json(path: Path, profile: SourceProfile, part: FileLayout, rows: list[Row]) -> None:
    """Write objects, or hang a nested part's objects on the ones that are there."""
    written = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    if part.nested:
        written = written or [{}]
        written[0][part.nested] = rows
    else:
        hung = written[0] if written else {}
        written = [row | hung if n == 0 else row for n, row in enumerate(rows)]
    path.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")


def _xes(path: Path, profile: SourceProfile, part: FileLayout, rows: list[Row]) -> None:
    traces = []
    for row in rows:
        case = {h.removeprefix("case:"): v for h, v in row.items() if h.startswith("case:")}
        event = {h: v for h, v in row.items() if not h.startswith("case:")}
        traces.append(f"<trace>{_attributes(case)}<event>{_attributes(event)}</event></trace>")
    path.write_text(f"<log>{''.join(traces)}</log>", encoding="utf-8")


def _attributes(values: Row) -> str:
    texts = []
    for key in (k for k in values if "/" not in k):
        inner = {k.partition("/")[2]: v for k, v in values.items() if k.startswith(f"{key}/")}
        opened = f"<string key={quoteattr(key)} value={quoteattr(values[key])}>"
        texts.append(f"{opened}{_attributes(inner)}</string>")
    return "".join(texts)


@dataclass(frozen=True)
class Run:
    """A project after all stages, who was planted where, and the output of the commands."""

    project: Project
    people: People
    output: str


@pytest.fixture(scope="module")
def run(fresh, tmp_path_factory) -> Run:
    bench = fresh.copy_to(tmp_path_factory.mktemp("people") / "project")
    for export in bench.project.inbox.iterdir():
        export.unlink()
    people = People()
    for profile in PROFILES:
        plant(profile, bench.project.inbox, people)
    # a page is made of tables that are searched whole: one that shows most of them is enough
    shorten(*(p for p in bench.project.notebooks.glob("*.ipynb") if p.stem != "briefing"))
    return Run(bench.project, people, bench.make_all())


def unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file as they are and, where it is packed, as a reader sees them."""
    yield name, data
    if data[:4] == b"PAR1":
        yield f"{name} (rows)", pl.read_parquet(io.BytesIO(data)).write_ndjson().encode()
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield f"{name}: {member}", archive.read(member)


def outputs(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        if not name.startswith(GIVEN):
            yield from unpacked(name, path.read_bytes())


def leaks(places: Iterator[tuple[str, bytes]], people: People) -> list[str]:
    return sorted(
        {
            f"{place} <- {people.column_of(m)}"
            for place, data in places
            for m in MARKER.findall(data)
        }
    )


def test_a_person_was_put_into_every_column_of_every_profile(run) -> None:
    planted = set(run.people.columns.values())
    for profile in PROFILES:
        for part in profile.parts:
            dropped = {*part.personal, *part.ignored} - lists(profile)
            for header in {*plain(profile, part), *dropped}:
                assert f"{profile.name}: {header}" in planted


def test_no_person_reaches_a_folder_the_cache_a_lock_or_a_log(run) -> None:
    files = dict(outputs(run.project.root))
    assert any(name.startswith(".dvc/cache/files") and "rows" in name for name in files)
    assert any(name.endswith("briefing.html") for name in files)
    assert "dvc.lock" in files
    assert leaks(iter(files.items()), run.people) == []


def test_no_person_is_named_in_the_output_of_the_commands(run) -> None:
    assert leaks(iter([("output", run.output.encode())]), run.people) == []


def test_the_search_itself_would_find_them(run) -> None:
    seen = {leak.partition(" <- ")[2] for leak in leaks(outputs_of_inbox(run), run.people)}
    assert seen == set(run.people.columns.values())


def outputs_of_inbox(run: Run) -> Iterator[tuple[str, bytes]]:
    for path in sorted(run.project.inbox.iterdir()):
        yield from unpacked(path.name, path.read_bytes())


def test_what_was_masked_is_counted_in_the_quarantine(run) -> None:
    found = pl.read_parquet(run.project.clean / "quarantine.parquet").filter(rule_id="D31")
    assert {"dossier", "step", "pause"} <= set(found["row_kind"])
    assert found["message_en"].str.contains("phone").any()


CODED = [(profile, part) for profile in PROFILES for part in profile.parts if coded(profile, part)]


@pytest.mark.parametrize(
    ("profile", "part"), CODED, ids=[f"{p.name}-{t.kind}-{t.rows}" for p, t in CODED]
)
def test_a_person_in_a_coded_column_stops_the_ingest_and_is_not_quoted(
    profile, part, tmp_path, capfd
) -> None:
    people, inbox = People(), tmp_path / "inbox"
    inbox.mkdir()
    if part.rows not in ("dossier", "event"):  # such rows alone are refused before they are read
        for other in profile.parts:
            if other != part:
                write(inbox, profile, other, [sound_row(profile, other, people, 0)])
    row = sound_row(profile, part, people, 1)
    for header in coded(profile, part):
        row[header] = people.next(header)
    write(inbox, profile, part, [row])
    wanted = ("analyse", str(inbox), "--source", profile.name)
    code = main([*wanted, "--out", str(tmp_path / "out"), "--as-of", "2022-06-30"])
    errors = "".join(capfd.readouterr())
    assert code == 3
    assert [header for header in coded(profile, part) if header not in errors] == []
    assert MARKER.findall(errors.encode()) == []
