"""`.txt`: the matrix of owl.net."""

from __future__ import annotations

from pathlib import Path

from some_rows import write


def test_the_matrix_of_owl_net(here: Path) -> None:
    values = write("out.txt", others=[])
    lines = Path("out.txt").read_text().split("\n")
    assert lines[0] == "".join(f"{value:f} " for value in values[0].ravel())
    assert (len(lines), lines[-1]) == (11, "")


def test_keys_and_labels_are_lines_of_their_own_files(here: Path) -> None:
    write("out.txt", 3)
    assert Path("out.key.txt").read_text() == "key 0, ü\nkey 1, ü\nkey 2, ü\n"
    assert Path("out.label.txt").read_text() == "0.000000 \n1.000000 \n2.000000 \n"
