"""A mechanism's draws depend on the seed and its name, never on the other mechanisms."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.testing.simulate.streams import Streams

MANY = Streams(2022, 20_000)


def test_a_mechanism_draws_the_same_numbers_again():
    np.testing.assert_array_equal(MANY.uniform("transfer"), MANY.uniform("transfer"))


def test_mechanisms_and_seeds_draw_different_numbers():
    assert not np.array_equal(MANY.uniform("transfer"), MANY.uniform("work"))
    assert not np.array_equal(MANY.uniform("work"), Streams(2023, 20_000).uniform("work"))


def test_more_dossiers_leave_the_draws_of_the_others():
    fewer = Streams(2022, 50)
    np.testing.assert_array_equal(fewer.uniform("work"), MANY.uniform("work")[:50])


def test_mechanisms_are_unrelated():
    related = np.corrcoef(MANY.uniform("transfer"), MANY.uniform("work"))[0, 1]
    assert abs(related) < 0.03


def test_bits_of_a_stream_never_change():
    # Recorded once: the shipped sample and published benchmarks rest on these draws.
    recorded = [0.28984451, 0.77710622, 0.95060244]
    np.testing.assert_allclose(Streams(7, 3).uniform("transfer"), recorded, atol=1e-8)


def test_lognormal_draws_have_the_median_asked_for():
    seconds = MANY.lognormal("work", 3_600, 0.6)
    assert np.median(seconds) == pytest.approx(3_600, rel=0.03)
    assert seconds.min() >= 1
    assert seconds.dtype == np.int64


def test_lognormal_medians_may_differ_by_dossier():
    medians = np.where(np.arange(20_000) % 2, 1_000.0, 9_000.0)
    seconds = MANY.lognormal("work", medians, 0.3)
    assert np.median(seconds[::2]) == pytest.approx(9_000, rel=0.03)
    assert np.median(seconds[1::2]) == pytest.approx(1_000, rel=0.03)


def test_exponential_draws_have_the_mean_asked_for():
    assert MANY.exponential("wait", 5_000).mean() == pytest.approx(5_000, rel=0.03)


def test_chance_happens_as_often_as_asked():
    assert MANY.chance("supplement", 0.15).mean() == pytest.approx(0.15, abs=0.01)
    assert not MANY.chance("supplement", 0.0).any()
    assert MANY.chance("supplement", 1.0).all()


def test_pick_follows_its_weights_and_never_picks_weight_zero():
    picked = MANY.pick("office", np.array([0.0, 3.0, 0.0, 1.0, 0.0]))
    assert set(picked.tolist()) == {1, 3}
    assert (picked == 1).mean() == pytest.approx(0.75, abs=0.02)


def test_pick_takes_a_row_of_weights_per_dossier():
    weights = np.eye(4)[np.arange(20_000) % 4]
    np.testing.assert_array_equal(MANY.pick("office", weights), np.arange(20_000) % 4)
