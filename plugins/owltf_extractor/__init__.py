"""owltf extract: writes the outputs of any layers of a net to a file."""

from collections.abc import Mapping
from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the command `extract`."""
    from owltf_extractor.command import extract

    commands.add_command(extract)


@hookimpl
def owltf_classes() -> Mapping[str, str]:
    """Put owl.net's class on `owltf`."""
    return {"FeatureExtractor": "owltf_extractor.feature_extractor:FeatureExtractor"}
