"""owltf train: the same as `owltf run`, by the name that Caffe gives it."""

from __future__ import annotations

from owltf.commands.run import run
from owltf.options.plugin_options import CommandWithPluginOptions

train = CommandWithPluginOptions(
    "train",
    run.context_settings,
    run.callback,
    run.params,
    help=run.help,
    short_help="Train the net of a solver file, as `owltf run`.",
)
