"""Settings of the process: the seeds of nets."""

from __future__ import annotations

from owltf.pycaffe.settings import Settings


def test_seeds_follow_the_one_that_was_set() -> None:
    settings = Settings()
    assert settings.next_seed() != settings.next_seed()
    settings.seed = 5
    assert [settings.next_seed(), settings.next_seed()] == [5, 6]
    assert settings.registry is settings.registry
