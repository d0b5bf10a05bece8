"""`owltf run` on a net with a Python layer: only if it is allowed."""

from __future__ import annotations

from python_case import write_module
from run_case import LOSS, Case

LAYER = f"""layer {{ name: "clamp" type: "Python" bottom: "ip" top: "ip"
  python_param {{ module: "pyloss" layer: "Clamp" }} }}
{LOSS}"""


def test_without_the_option_nothing_is_run(case: Case) -> None:
    write_module(case.folder, "raise SystemExit('it ran')")
    case.change("net.prototxt", {LOSS: LAYER})
    message = case.refused()
    assert message.startswith("Python layer 'clamp' (net.prototxt:")
    assert "running pyloss.Clamp without --allow-python-layers" in message


def test_with_the_option_the_net_is_trained(case: Case) -> None:
    write_module(case.folder)
    case.change("net.prototxt", {LOSS: LAYER})
    lines = case.lines("solver.prototxt", "--allow-python-layers")
    assert lines[-1] == "Optimization Done."
