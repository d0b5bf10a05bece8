from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from made_shapes import make_voc, registry
from owltf_ssd.convert_annoset import convert_annoset


def test_the_command(tmp_path: Path) -> None:
    arguments = [str(make_voc(tmp_path / "voc")), str(tmp_path / "out"), "--set", "some", "--plain"]
    result = CliRunner().invoke(convert_annoset, arguments, obj=registry())
    assert result.exit_code == 0, result.output
    assert "2 images, 2 true boxes" in result.output
    assert (tmp_path / "out" / "data.mdb").exists()
