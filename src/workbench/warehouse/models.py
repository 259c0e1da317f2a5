"""SQL models as their headers describe them, and the order in which they are built.

One SQL file is one table. The keys and the ``reads`` of the headers decide what may be built
dossier by dossier, what needs all dossiers, and which tables may be dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from workbench.core.errors import InputRejected

_DOSSIER_KEYS = ("dossier_id", "dossier_no")
"""A table whose key begins with one of these is about single dossiers."""

_HEADER = re.compile(r"--\s*(grain|key|reads|promises|audit|parts):\s*(.*)")
_CONTINUED = "--   "
_ADDED_UP = "added up"


@dataclass(frozen=True)
class Model:
    """One SQL file: the table it makes and its header.

    ``audit`` names the sentence shown when the table has rows; such a model lists offenders.
    ``is_sum`` (header line ``parts: added up``): it counts over dossiers. Built by partitions, its
    rows are those of all partitions, and its readers add them up.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    reads: tuple[str, ...]
    promises: tuple[str, ...]
    audit: str
    is_sum: bool
    sql: str

    @classmethod
    def read(cls, path: Path) -> Model:
        """Read a model and its header.

        Raises:
            InputRejected: A header line is missing.

        >>> from workbench.core.project import shipped
        >>> Model.read(shipped().pipelines / "clock" / "outcomes.sql").key
        ('dossier_id', 'profile')
        """
        text = path.read_text(encoding="utf-8")
        head: dict[str, str] = {}
        last = ""
        for line in text.splitlines():
            if not line.startswith("--"):
                break
            if found := _HEADER.match(line):
                last, head[found[1]] = found[1], found[2].strip()
            elif line.startswith(_CONTINUED):
                head[last] += f" {line.removeprefix(_CONTINUED).strip()}"
        missing = [name for name in ("grain", "key", "reads", "promises") if name not in head]
        if missing:
            raise InputRejected("warehouse.no_header", file=path.name, line=", ".join(missing))
        return cls(
            name=path.stem,
            grain=head["grain"],
            key=_parts(head["key"], ","),
            reads=_parts(head["reads"], ","),
            promises=_parts(head["promises"], ";"),
            audit=head.get("audit", ""),
            is_sum=head.get("parts") == _ADDED_UP,
            sql=text,
        )

    @property
    def is_of_dossiers(self) -> bool:
        """Whether each row belongs to one dossier."""
        return bool(self.key) and self.key[0] in _DOSSIER_KEYS


def _parts(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator) if part.strip())


def models_of(pipelines: Path, stage: str) -> list[Model]:
    """Return a stage's models, each after those it reads.

    Raises:
        InputRejected: Models read each other in a circle, or a header is incomplete.
    """
    models_by_name = {
        path.stem: Model.read(path) for path in sorted((pipelines / stage).rglob("*.sql"))
    }
    order = TopologicalSorter(
        {n: [r for r in m.reads if r in models_by_name] for n, m in models_by_name.items()}
    )
    return [models_by_name[name] for name in order.static_order()]


def find_model(pipelines: Path, stage: str, name: str) -> Model:
    """Return one model of a stage, in whichever of the stage's folders it lies.

    Raises:
        FileNotFoundError: The stage has no such model.
    """
    for path in (pipelines / stage).rglob(f"{name}.sql"):
        return Model.read(path)
    raise FileNotFoundError(f"{stage}/{name}.sql")


def find_table_header(pipelines: Path, name: str) -> Model | None:
    """Return the model that makes a stored table, with what its header says; None without one."""
    paths = sorted(p for p in pipelines.rglob(f"{name}.sql") if p.parent.name != "macros")
    return Model.read(paths[0]) if paths else None


def models_for(models: Iterable[Model], wanted: Iterable[str]) -> list[Model]:
    """Return the wanted models, what these read and their audits, each after what it reads.

    An audit is built wherever all that it reads is built, and as early as possible: an error must
    be found before more is built on it.

    >>> from workbench.core.project import shipped
    >>> models = models_of(shipped().pipelines, "clock")
    >>> models_for(models, ["receptions"])[-1].name
    'receptions'
    """
    models_by_name = {model.name: model for model in models}
    names = list(wanted)
    made = {model.name for model in _with_sources(models_by_name, names)}
    audits = (
        n
        for n, m in models_by_name.items()
        if m.audit and made.issuperset(models_by_name.keys() & m.reads)
    )
    return _with_sources(models_by_name, (*audits, *names))


def models_of_audit(models: Iterable[Model], audit: str) -> list[Model]:
    """Return the audits with this sentence and what they read, each after what it reads."""
    models_by_name = {model.name: model for model in models}
    return _with_sources(
        models_by_name, [name for name, model in models_by_name.items() if model.audit == audit]
    )


def _with_sources(found: dict[str, Model], wanted: Iterable[str]) -> list[Model]:
    order: dict[str, Model] = {}

    def take(name: str) -> None:
        if name in found and name not in order:
            for table in found[name].reads:
                take(table)
            order[name] = found[name]

    for name in wanted:
        take(name)
    return list(order.values())


def last_reads(models: list[Model], kept: Iterable[str]) -> dict[str, list[str]]:
    """Return by model the tables that no later model reads once it is built.

    Args:
        models: Models in the order of building.
        kept: Tables that stay to the end.
    """
    readers = {table: model.name for model in models for table in (*model.reads, model.name)}
    made = {model.name for model in models} - set(kept)
    done: dict[str, list[str]] = {model.name: [] for model in models}
    for table, reader in readers.items():
        if table in made:
            done[reader].append(table)
    return done


@dataclass(frozen=True)
class BuildPasses:
    """A stage built by partitions: the models of each pass.

    Attributes:
        before: Models that read no table of dossiers built here; built once, on all dossiers.
        first: Models built by partition for the sums they end in; empty where nothing is summed.
        between: Models that read those sums; built once.
        second: Models built by partition for the wanted tables, those of ``first`` included.
    """

    before: list[Model]
    first: list[Model]
    between: list[Model]
    second: list[Model]

    @property
    def rest(self) -> list[Model]:
        """Models that the second pass builds anew."""
        return [model for model in self.second if model not in self.first]

    def waiting(self, wanted: Iterable[str]) -> list[str]:
        """Return the tables of the first pass that the second one reads or that are wanted."""
        needed = {*wanted, *(table for model in self.rest for table in model.reads)}
        return [model.name for model in self.first if model.name in needed and not model.is_sum]

    @property
    def sums(self) -> list[str]:
        """Names of the tables summed over the partitions."""
        return [model.name for model in self.first if model.is_sum]

    @classmethod
    def of(cls, models: list[Model]) -> BuildPasses:
        """Sort the models of a stage, each after those it reads, into passes.

        Raises:
            InputRejected: A model needs all dossiers at once and reads a table built by partitions.
        """
        models_by_name = {model.name: model for model in models}
        inner = {model.name for model in models if model.is_of_dossiers or model.is_sum}
        sums = {model.name for model in models if model.is_sum}
        before: list[Model] = []
        between: list[Model] = []
        for model in models:
            if model.name not in inner:
                if unreadable := [table for table in model.reads if table in inner - sums]:
                    raise InputRejected(
                        "warehouse.not_in_parts", table=model.name, reads=unreadable[0]
                    )
                late = sums | {other.name for other in between}
                (between if late & set(model.reads) else before).append(model)
        done = {model.name for model in (*before, *between)}
        open_ones = {name: model for name, model in models_by_name.items() if name not in done}
        return cls(
            before=before,
            first=_with_sources(open_ones, sorted(sums)),
            between=between,
            second=[model for model in open_ones.values() if not model.is_sum],
        )
