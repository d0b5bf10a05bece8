"""owltf train is owltf run."""

from __future__ import annotations

from click.testing import CliRunner
from run_case import Case

from owltf.cli import cli


def test_caffes_flags(case: Case) -> None:
    """The flags of `caffe train` mean what they mean there."""
    words = ["train", "--plain", "--solver=solver.prototxt", "--sigint_effect=none"]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.output
    assert "Optimization Done." in result.output
    words = ["run", "--plain", "solver.prototxt", "--snapshot=snap_iter_3.solverstate"]
    result = CliRunner().invoke(cli, words)
    assert "Resuming at iteration 3 of 6" in result.stdout


def test_what_is_refused(case: Case) -> None:
    for words, reason in (
        (["a", "--solver=b"], "the solver is given twice: a and b"),
        ([], "missing argument 'SOLVER'"),
        (["a", "--snapshot=b"], "'b' is neither a number nor a FILE.solverstate"),
        (["a", "--snapshot=b.solverstate", "--resume=c"], "are the same; give one"),
    ):
        result = CliRunner().invoke(cli, ["train", *words])
        assert (result.exit_code, reason in result.stderr) == (2, True), result.stderr
