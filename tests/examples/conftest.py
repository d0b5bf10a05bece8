"""What the tests of example plugins share."""

from __future__ import annotations

import sys
from pathlib import Path

# Lets the tests import `plugin_environment`.
sys.path.insert(0, str(Path(__file__).parent))
