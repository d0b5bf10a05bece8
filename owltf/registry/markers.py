"""pluggy's decorators for owltf's plugins: one declares a hook, the other implements it."""

import pluggy

PROJECT = "owltf"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
