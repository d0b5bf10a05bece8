"""What all tests share: a TensorFlow of four CPU devices, and no plugins but the built-in ones."""

from __future__ import annotations

import os
import random
import secrets
import signal
import tempfile

# A run in the background of a shell, or under nohup, inherits that signals are ignored, and so
# would what tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["OWLTF_PLUGINS"] = "none"
# Not the user's own.
_cache = tempfile.TemporaryDirectory(prefix="owltf-cache-")
os.environ["OWLTF_CACHE"] = _cache.name

# First, as in a run: it says how TensorFlow starts.

import owltf  # noqa: E402, F401, I001
import pytest  # noqa: E402
import tensorflow as tf  # noqa: E402

# Replicas on a CPU are logical devices, which must be there before TensorFlow's first operation.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 4
)
# It starts here, not in one test or another: a run in a process in which it has not started yet may
# compute by halves.
tf.config.list_logical_devices()

# Fixtures that several folders take.
pytest_plugins = ("solver_fixtures", "schema_fixtures")


@pytest.fixture(autouse=True)
def repeatable_seeds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the seeds that a solver or a script leaves open from the test's name."""
    monkeypatch.setattr(secrets, "randbits", random.Random(request.node.nodeid).getrandbits)
