"""A bar in a terminal, nothing in a pipe."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
import rich.console

from owltf.options.progress import progress_bar


@pytest.mark.parametrize(("terminal", "plain"), [(True, False), (True, True), (False, False)])
def test_a_bar_in_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, plain: bool
) -> None:
    output = StringIO()
    console = rich.console.Console

    def make(**settings: Any) -> rich.console.Console:
        return console(file=output, force_terminal=terminal, width=80, **settings)

    monkeypatch.setattr("rich.console.Console", make)
    with progress_bar(7, "images", plain=plain) as advance:
        advance()
        advance(5)
    assert ("6/7" in output.getvalue()) == (terminal and not plain)
