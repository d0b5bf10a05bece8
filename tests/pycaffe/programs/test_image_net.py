"""The options of programs that look at images."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from owltf.pycaffe.programs.image_net import add_options, image_steps
from owltf.pycaffe.settings import SETTINGS


def steps(*arguments: str) -> dict[str, Any]:
    parser = ArgumentParser()
    add_options(parser)
    return image_steps(parser.parse_args(arguments))


def test_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SETTINGS, "use_gpu", None)
    np.save(tmp_path / "mean.npy", np.arange(12).reshape(3, 2, 2))
    made = steps("--mean_file", str(tmp_path / "mean.npy"))
    assert made.pop("mean").tolist() == [1.5, 5.5, 9.5]
    assert made == {"input_scale": None, "raw_scale": 255, "channel_swap": [2, 1, 0]}
    assert SETTINGS.use_gpu is False
    assert steps("--mean_file", "", "--channel_swap", "")["mean"] is None
    with pytest.raises(FileNotFoundError, match="--mean_file '' takes no mean"):
        steps()
