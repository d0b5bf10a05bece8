"""The python format is a program that needs Keras alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from export_case import Export, arrays_of, export

from owltf.api import load_net

SCRIPT = """
import sys
sys.modules["owltf"] = None
import numpy as np
from {module} import build
tops = build()({{"data": np.load("x.npy")}})
np.savez("made.npz", **tops)
"""


def run_program(folder: Path, module: str, x: np.ndarray) -> dict[str, np.ndarray]:
    """Run a program in a process of its own, without owltf."""
    np.save(folder / "x.npy", x)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    script = SCRIPT.format(module=module)
    arguments = [sys.executable, "-c", script]
    ran = subprocess.run(
        arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return arrays_of(folder / "made.npz")


def test_the_small_net_runs_alone(run: Export, case: Path) -> None:
    assert run("small.py").exit_code == 0
    x = np.random.default_rng(0).standard_normal((3, 3, 14, 14)).astype(np.float32)
    made = run_program(case, "small", x)["prob"]
    scores = load_net("deploy.prototxt", weights="net.caffemodel").forward({"data": x})["fc"]
    exps = np.exp(scores - scores.max(1, keepdims=True))
    np.testing.assert_allclose(made, exps / exps.sum(1, keepdims=True), atol=1e-5)


def test_models_of_others_run_alone(zoo_model: Path, tmp_path: Path) -> None:
    deploy, weights = str(zoo_model / "deploy.prototxt"), str(zoo_model / "weights.caffemodel")
    ran = export(CliRunner(), [deploy, str(tmp_path / "other.py"), "--weights", weights])
    assert ran.exit_code == 0, ran.output
    expected = arrays_of(zoo_model / "expected.npz")
    made = run_program(tmp_path, "other", expected["in:data"][:2])
    np.testing.assert_allclose(made["prob"], expected["caffe:prob"][:2], atol=1e-5)


def test_the_program_is_pleasant_to_read(run: Export, case: Path) -> None:
    assert run("small.py").exit_code == 0
    lines = (case / "small.py").read_text().splitlines()
    assert '    data = keras.Input((3, 14, 14), name="data")' in lines
    assert '    fc = layers.Dense(4, name="fc")(group_flatten)' in lines
    assert any(line.startswith("    norm = lrn(relu, size=5, alpha=1.0,") for line in lines)
    assert max(map(len, lines)) <= 100


def test_the_program_is_formatted(run: Export, case: Path) -> None:
    ruff = shutil.which("ruff") or str(Path(sys.executable).with_name("ruff"))
    if not Path(ruff).exists():
        pytest.skip("ruff is not installed")
    assert run("small.py").exit_code == 0
    options = ["--line-length", "100", "--isolated"]
    for command in (["format", "--check"], ["check", "--select", "E,F,I,W"]):
        ran = subprocess.run([ruff, *command, *options, "small.py"], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout


def test_layers_without_a_form_are_all_listed(case: Path) -> None:
    norms = "".join(
        f'layer {{ name: "n{i}" type: "BatchNorm" bottom: "x" top: "n{i}" '
        "batch_norm_param { use_global_stats: false } }"
        for i in range(2)
    )
    shape = "input_param { shape { dim: 1 dim: 2 dim: 3 dim: 3 } }"
    net = f'layer {{ name: "x" type: "Input" top: "x" {shape} }}' + norms
    (case / "bad.prototxt").write_text(net)
    ran = export(CliRunner(), ["bad.prototxt", "out.py", "--random-weights"])
    assert ran.exit_code == 2
    assert "no plain Keras for BatchNorm layer 'n0' (bad.prototxt), BatchNorm" in ran.stderr


def test_layers_may_be_named_as_parts_of_the_program(case: Path) -> None:
    layers = "".join(
        f'layer {{ name: "{name}" type: "LRN" bottom: "x" top: "{name}" }}'
        for name in ("lrn", "ops", "build", "Affine")
    )
    shape = "input_param { shape { dim: 1 dim: 2 dim: 3 dim: 3 } }"
    (case / "lrn.prototxt").write_text(
        f'layer {{ name: "x" type: "Input" top: "x" {shape} }}' + layers
    )
    ran = export(CliRunner(), ["lrn.prototxt", "out.py", "--random-weights"])
    assert ran.exit_code == 0, ran.output


OF_NET = r"x\"\"\"\nimport os; os.system(\'touch PWNED\')\n\"\"\""
OF_BLOB = r"d\"\"\"+str(__import__(\'os\').system(\'touch PWNED\'))+\"\"\""
OF_TOP = r"ip\" + str(__import__(\"os\").system(\"touch PWNED\")) + \""


@pytest.mark.filterwarnings("ignore:When providing `inputs` as a dict:UserWarning")
@pytest.mark.parametrize(
    ("net", "data", "top"), [(OF_NET, "data", "ip"), ("x", OF_BLOB, "ip"), ("x", "data", OF_TOP)]
)
def test_nothing_in_a_name_runs(net: str, data: str, top: str, case: Path) -> None:
    shape = "input_param { shape { dim: 1 dim: 3 } }"
    (case / "evil.prototxt").write_text(
        f'name: "{net}" layer {{ name: "data" type: "Input" top: "{data}" {shape} }}'
        f'layer {{ name: "ip" type: "InnerProduct" bottom: "{data}" top: "{top}" '
        "inner_product_param { num_output: 2 } }"
    )
    ran = export(CliRunner(), ["evil.prototxt", "out.py", "--random-weights"])
    assert ran.exit_code == 0, ran.output
    assert not (case / "PWNED").exists()
