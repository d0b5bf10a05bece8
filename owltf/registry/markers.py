"""The two decorators of pluggy, for the project `owltf`."""

import pluggy

PROJECT = "owltf"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
