"""The names of Caffe's messages for type hints.

Their classes are made when a schema is loaded, so a type checker cannot know their fields.
"""

from typing import Any, TypeAlias

NetParameter: TypeAlias = Any
LayerParameter: TypeAlias = Any
V1LayerParameter: TypeAlias = Any
V0LayerParameter: TypeAlias = Any
SolverParameter: TypeAlias = Any
NetStateRule: TypeAlias = Any
