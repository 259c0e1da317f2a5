"""When a signer signs, read off the log: at set times of the day, on set days, or at any time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.figures.whatif.working_seconds import Seconds

_Truths = npt.NDArray[np.bool_]

_FEW_SIGNED = 20
"""From fewer signatures no habit is read."""

NONE = -1
"""Stands for a session that is not known."""

_APART = 2**40

_PAUSE = 1_800
_MOST = 3_600
_NEARLY_ALL = 0.9
_LEAST = 0.05
_AS_SET = 0.8


@dataclass(frozen=True)
class Signer:
    """One signer's habit, in working seconds; sessions are named by when they begin.

    Attributes:
        sessions: Every session there can be by the set times of the day; none without set times.
        longest: How long the longest session of the log took.
        observed: Every session in which the log shows a signature.
        skips: Quarters in which the signer skips sessions: the observed ones are all there were.
    """

    sessions: Seconds
    longest: int
    observed: Seconds
    skips: frozenset[int]


@dataclass(frozen=True)
class Signatures:
    """Signatures, in working seconds; ``signer`` and ``quarter`` are numbers."""

    signer: Seconds
    arrived: Seconds
    started: Seconds
    quarter: Seconds


class Sessions:
    """The sessions in which signatures were given, and those in which they could have been.

    All signers' sessions lie on one line, each signer's far from the next one's, so that any
    number of signatures is looked up at once.
    """

    def __init__(self, signers: Sequence[Signer], signatures: Signatures) -> None:
        self._of = signatures
        self._known = np.array([len(signer.sessions) > 0 for signer in signers], dtype=np.bool_)
        pages = [page for signer in signers for page in (signer.sessions, signer.observed)]
        ends = np.repeat(np.arange(len(pages)), [len(page) for page in pages])
        self._line = np.concatenate([np.array([], dtype=np.int64), *pages]) + ends * _APART
        self._began = np.full(len(signatures.signer), NONE, dtype=np.int64)
        self._page = 2 * signatures.signer
        for number, signer in enumerate(signers):
            if self._known[number]:
                own = np.flatnonzero(signatures.signer == number)
                self._began[own] = begun(signer.sessions, signatures.started[own], signer.longest)
                self._page[own] += np.isin(signatures.quarter[own], list(signer.skips))

    def known(self) -> _Truths:
        """Say of each signature whether its signer signs in sessions."""
        known: _Truths = self._known[self._of.signer]
        return known

    def sooner(self, signatures: Seconds, sooner: Seconds) -> Seconds:
        """Return by how much sooner signatures are given that are asked for so much sooner.

        Each keeps its place in the session. Signed in no session, it waits as long as it did.

        >>> daily = Signer(np.array([10_000, 38_800]), 500, np.array([38_800]), frozenset())
        >>> signed = Signatures(*(np.array([n]) for n in (0, 20_000, 38_860, 0)))
        >>> sessions = Sessions([daily], signed)
        >>> [sessions.sooner(np.array([0]), np.array([s])).item() for s in (5_000, 10_000)]
        [0, 28800]
        """
        page = self._page[signatures]
        asked = page * _APART + self._of.arrived[signatures] - sooner
        place = np.searchsorted(self._line, asked)
        then = np.append(self._line, NONE)[place] - page * _APART
        began = self._began[signatures]
        moves = (began != NONE) & (then >= 0) & (then < _APART) & (sooner != 0)
        return np.where(moves, began - then, sooner)


def begun(sessions: Seconds, started: Seconds, longest: int) -> Seconds:
    """Return the session of each signature, NONE where it was in no session."""
    place = np.searchsorted(sessions, started, side="right") - 1
    session = sessions[np.maximum(place, 0)]
    return np.where((place >= 0) & (started - session <= longest), session, NONE)


def following(sessions: Seconds, arrived: Seconds) -> Seconds:
    """Return the first session that begins at an arrival or after it, NONE where none does."""
    place = np.searchsorted(sessions, arrived)
    session = sessions[np.minimum(place, len(sessions) - 1)]
    return np.where(place < len(sessions), session, NONE)


def read_habit(arrived: Seconds, started: Seconds, quarter: Seconds, days: Seconds) -> Signer:
    """Read a signer's set times off the log.

    Signatures less than half an hour of work apart by the time of day are one session. There are
    set times where nearly all signatures fall into sessions that together take up to an hour of
    the day, and where most dossiers wait for them: half an hour or more. In a quarter in which
    less than four in five dossiers were signed at the first session after they came, the signer
    skips sessions.

    Args:
        arrived: When each dossier reached the signer, in working seconds.
        started: When it was signed.
        quarter: Quarter of the signature, as a number.
        days: Working second at which each day of the calendar begins.
    """
    nothing = np.array([], dtype=np.int64)
    opens = np.unique(days)
    slots = []
    if len(started) >= _FEW_SIGNED and np.median(started - arrived) >= _PAUSE:
        slots = _slots(started - opens[np.maximum(np.searchsorted(opens, started) - 1, 0)])
    if not slots:
        return Signer(nothing, 0, nothing, frozenset())
    longest = max(last - first for first, last in slots)
    closes = np.append(opens[1:], np.iinfo(np.int64).max)
    sessions = np.sort(np.concatenate([(opens + f)[opens + f < closes] for f, _ in slots]))
    began = begun(sessions, started, longest)
    in_session = began != NONE
    at_first = began == following(sessions, arrived)
    skips = {
        int(number)
        for number in np.unique(quarter[in_session])
        if at_first[in_session & (quarter == number)].mean() < _AS_SET
    }
    return Signer(sessions, longest, np.unique(began[in_session]), frozenset(skips))


def _slots(seconds: Seconds) -> list[tuple[int, int]]:
    """Return from and to which second of the working day the signer signs; none where any time."""
    ordered = np.sort(seconds)
    parts = np.split(ordered, np.flatnonzero(np.diff(ordered) > _PAUSE) + 1)
    kept = [part for part in parts if len(part) >= _LEAST * len(ordered)]
    if sum(len(part) for part in kept) < _NEARLY_ALL * len(ordered):
        return []
    slots = [(int(part[0]), int(part[-1])) for part in kept]
    return slots if sum(last - first for first, last in slots) <= _MOST else []
