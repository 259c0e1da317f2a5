"""A desk serves first come, first served, and slowdowns make dossiers wait without more work."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workbench.testing.simulate.steps import Slowdown, serve

ARRIVALS = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 60)), min_size=1, max_size=40)


def served(dossiers, officers=1, duties=1.0, slowdowns=()):
    arrived, work = (np.array(column, dtype=np.int64) for column in zip(*dossiers, strict=True))
    started, officer = serve(arrived, work, officers=officers, duties=duties, slowdowns=slowdowns)
    return arrived, work, started, officer


def by_counting(dossiers, officers):
    """Give each dossier to the officer who is free first, one by one."""
    free, starts = [0] * officers, {}
    for i in sorted(range(len(dossiers)), key=lambda i: (dossiers[i][0], i)):
        arrived, work = dossiers[i]
        officer = min(range(officers), key=lambda o: (free[o], o))
        starts[i] = max(arrived, free[officer])
        free[officer] = starts[i] + work
    return [starts[i] for i in range(len(dossiers))]


@given(ARRIVALS, st.integers(1, 4))
def test_desk_serves_as_counting_one_by_one(dossiers, officers):
    *_, started, _ = served(dossiers, officers)
    assert started.tolist() == by_counting(dossiers, officers)


@given(ARRIVALS, st.integers(1, 3))
def test_no_dossier_is_served_before_arriving_or_by_a_busy_officer(dossiers, officers):
    arrived, work, started, officer = served(dossiers, officers)
    assert (started >= arrived).all()
    assert set(officer.tolist()) <= set(range(officers))
    for number in range(officers):
        mine = np.flatnonzero(officer == number)
        mine = mine[np.argsort(started[mine], kind="stable")]
        assert (started[mine][1:] >= (started + work)[mine][:-1]).all()


@given(ARRIVALS)
def test_more_duties_never_serve_sooner(dossiers):
    *_, light, _ = served(dossiers, duties=1.0)
    *_, heavy, _ = served(dossiers, duties=2.5)
    assert (heavy >= light).all()


def test_a_slowdown_lengthens_the_officers_time_only_while_it_lasts():
    dossiers = [(0, 10), (1, 10), (100, 10), (101, 10)]
    *_, started, _ = served(dossiers, slowdowns=(Slowdown(0, 50, 3.0),))
    assert started.tolist() == [0, 30, 100, 110]


def test_an_empty_desk_serves_no_dossier():
    empty = np.array([], dtype=np.int64)
    started, officer = serve(empty, empty, officers=2, duties=1.0, slowdowns=())
    assert len(started) == len(officer) == 0


def test_dossiers_arriving_together_keep_their_order():
    *_, started, officer = served([(5, 10), (5, 10), (5, 10)], officers=2)
    assert started.tolist() == [5, 5, 15]
    assert officer.tolist() == [0, 1, 0]
