"""Answers to the names and flags of Caffe's programs, so that people's scripts run."""

from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the command `caffe-tools`, and the hidden one that its launchers call."""
    from owltf_caffe_tools.command import caffe_tool, caffe_tools

    commands.add_command(caffe_tools)
    commands.add_command(caffe_tool)
