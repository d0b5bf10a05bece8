"""The pytest fixtures that come with an installed owltf.

pytest loads this module in every run of an environment that has owltf, for other projects too: so
it imports nothing heavy, and TensorFlow only if a test asks for a fixture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from owltf.registry.registry import Registry

FIXTURES = frozenset(
    {
        "check_converter",
        "check_gradients",
        "check_layer",
        "owltf_plugins",
        "owltf_registry",
        "run_layer",
    }
)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Ask TensorFlow for two CPUs before a test makes it start, if a test uses these fixtures."""
    if any(FIXTURES.intersection(getattr(item, "fixturenames", ())) for item in session.items):
        from owltf.testing.cpu_devices import ask_for_cpus

        ask_for_cpus(2)


@pytest.fixture
def owltf_plugins() -> Sequence[Any]:
    """Modules with hooks that are not installed; override it in a conftest.py to name yours."""
    return ()


@pytest.fixture
def owltf_registry(owltf_plugins: Sequence[Any]) -> Iterator[Registry]:
    """The registry of the installed plugins and `owltf_plugins`, for `load_net(registry=...)`."""
    from owltf.testing import use_plugins

    with use_plugins(*owltf_plugins) as registry:
        yield registry


@pytest.fixture
def run_layer(owltf_registry: Registry) -> Callable[..., Any]:
    """`owltf.testing.run_layer`, with the plugins of `owltf_plugins`."""
    from owltf import testing

    return testing.run_layer


@pytest.fixture
def check_layer(owltf_registry: Registry) -> Callable[..., Any]:
    """`owltf.testing.check_layer`, with the plugins of `owltf_plugins`."""
    from owltf import testing

    return testing.check_layer


@pytest.fixture
def check_gradients(owltf_registry: Registry) -> Callable[..., Any]:
    """`owltf.testing.check_gradients`, with the plugins of `owltf_plugins`."""
    from owltf import testing

    return testing.check_gradients


@pytest.fixture
def check_converter(owltf_registry: Registry) -> Callable[..., Any]:
    """`owltf.testing.check_converter`, with the plugins of `owltf_plugins`."""
    from owltf import testing

    return testing.check_converter
