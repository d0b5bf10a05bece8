"""PriorBox gives the figures of a real build of SSD."""

from __future__ import annotations

import pytest
from oracle_layers import check_oracle


@pytest.mark.parametrize("name", ["priorbox", "priorbox_clip"])
def test_the_forks_figures(name: str) -> None:
    check_oracle(name)
