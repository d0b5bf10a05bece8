"""Commands whose output is closed, or goes to a full disk."""

import subprocess
import sys
from pathlib import Path

import pytest

PRINT = """
import sys
from owltf.files.standard_output import PatientOutput
import click
output = PatientOutput()
for number in range(3000):
    print("line", number, flush=True)
click.echo("é done")
open(sys.argv[1], "w").write("done")
sys.exit(output.failed() and 2)
"""


def run(command: str, done: Path) -> subprocess.CompletedProcess[str]:
    script = done.with_suffix(".py")
    script.write_text(PRINT)
    line = command.format(f"{sys.executable} {script} {done}")
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("{} > /dev/full", 2, "no space left on device"),
        ("set -o pipefail; {} | head -1", 0, "broken pipe"),
        ("{} >&-", 2, "bad file descriptor"),
        ("{} >&- 2>&-", 2, ""),
        ("{} 2>/dev/full", 0, ""),
    ],
)
def test_a_command_goes_on(tmp_path: Path, command: str, status: int, said: str) -> None:
    done = run(command, tmp_path / "done")
    assert done.returncode == status
    assert (tmp_path / "done").read_text() == "done"
    lines = done.stderr.splitlines()
    wanted = f"owltf: the output cannot be written ({said}); going on without it"
    assert lines == ([wanted] if said else [])


def test_an_output_that_can_be_written(tmp_path: Path) -> None:
    done = run("{}", tmp_path / "done")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-2:] == ["line 2999", "é done"]
