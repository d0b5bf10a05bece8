"""Pooling with `ceil_mode`, by which forks say how the number of windows is rounded."""

from __future__ import annotations

from typing import Any

from owltf.api import Pooling


class CeilModePooling(Pooling):
    """Pooling with `ceil_mode`: false rounds the number of windows down."""

    def fits(self, parameter: Any) -> bool:
        """Return whether the field is given."""
        return bool(parameter.pooling_param.HasField("ceil_mode"))

    def rounds_down(self, param: Any) -> bool:
        """Return whether the number of windows is rounded down."""
        return not param.ceil_mode
