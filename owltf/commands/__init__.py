"""The built-in commands, a file each: hook, flags and work together."""

from typing import Any

from owltf.registry.markers import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add every command of this folder."""
    from owltf.commands.layers import layers
    from owltf.commands.new_plugin import new_plugin
    from owltf.commands.plugins import plugins
    from owltf.commands.run import run
    from owltf.commands.upgrade import upgrade

    for command in (run, layers, plugins, new_plugin, upgrade):
        commands.add_command(command)
