"""What the tests of nets share."""

from __future__ import annotations

import sys
from pathlib import Path

# Lets the tests import `small_nets`.
sys.path.insert(0, str(Path(__file__).parent))
