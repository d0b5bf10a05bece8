"""Modules of the user's: where they are found, and who sees them."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from owltf.errors import OwltfError
from owltf.python_layers.user_code import UserCode

MODULE = "import caffe\nclass Mine(caffe.Layer):\n    where = {!r}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A net's folder; the working directory, `work`, is beside it."""
    for name in ("work", "net"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "net"


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text or MODULE.format(str(path.parent.name)))


def test_a_module_stands_beside_the_net(folder: Path) -> None:
    write(folder / "mine.py")
    assert UserCode.beside(folder).find("mine", "Mine").where == "net"


def test_the_working_directory_comes_first(folder: Path) -> None:
    write(folder / "mine.py")
    write(Path("mine.py").absolute())
    assert UserCode.beside(folder).find("mine", "Mine").where == "work"


def test_pythons_path_comes_last(folder: Path) -> None:
    assert UserCode.beside(folder).find("collections", "OrderedDict")


def test_a_module_may_be_in_a_package(folder: Path) -> None:
    write(folder / "layers" / "mine.py")
    assert UserCode.beside(folder).find("layers.mine", "Mine").where == "layers"


def test_nets_of_two_folders_have_modules_of_one_name(folder: Path) -> None:
    other = folder.parent / "other"
    write(folder / "mine.py")
    write(other / "mine.py")
    found = [UserCode.beside(each).find("mine", "Mine").where for each in (folder, other, folder)]
    assert found == ["net", "other", "net"]


def test_a_module_is_imported_once(folder: Path) -> None:
    write(folder / "mine.py")
    assert UserCode.beside(folder).find("mine", "Mine") is UserCode.beside(folder).find(
        "mine", "Mine"
    )


def test_nothing_is_left_for_others(folder: Path) -> None:
    write(folder / "mine.py", "import caffe, helper, wave\n" + MODULE.format("net"))
    write(folder / "helper.py", "import caffe\n")
    sys.modules.pop("wave", None)
    path = list(sys.path)
    UserCode.beside(folder).find("mine", "Mine")
    assert not {"caffe", "mine", "helper"} & sys.modules.keys()
    assert "wave" in sys.modules
    assert sys.path == path
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("caffe")


def test_a_real_caffe_is_hidden_and_comes_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = {name: ModuleType(name) for name in ("caffe", "caffe.io")}
    for name, module in real.items():
        monkeypatch.setitem(sys.modules, name, module)
    write(folder / "mine.py")
    code = UserCode.beside(folder)
    assert issubclass(code.find("mine", "Mine"), object)
    with code.visible():
        assert sys.modules["caffe"] is not real["caffe"]
        assert "caffe.io" not in sys.modules
    assert all(sys.modules[name] is module for name, module in real.items())


def test_a_module_of_others_with_the_same_name_is_out_of_the_way(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = {name: ModuleType(name) for name in ("mine", "helper", "helper.inner")}
    for name, module in others.items():
        monkeypatch.setitem(sys.modules, name, module)
    write(folder / "mine.py", "import helper\n" + MODULE.format("net"))
    write(folder / "helper" / "__init__.py", "import helper.inner\n")
    write(folder / "helper" / "inner.py", "value = 3\n")
    code = UserCode.beside(folder)
    assert code.find("mine", "helper").inner.value == 3
    assert code.find("mine", "Mine").where == "net"
    assert all(sys.modules[name] is module for name, module in others.items())


def test_files_with_names_of_pythons_own_hide_nothing(folder: Path) -> None:
    write(folder / "mine.py")
    write(folder / "json.py", "raise Exception('imported')\n")
    code = UserCode.beside(folder)
    code.find("mine", "Mine")
    with code.visible():
        assert hasattr(importlib.import_module("json"), "loads")


def test_what_is_imported_later_is_found(folder: Path) -> None:
    write(folder / "mine.py", "def late():\n    import helper\n    return helper.value\n")
    write(folder / "helper.py", "value = 3\n")
    code = UserCode.beside(folder)
    late = code.find("mine", "late")
    with code.visible():
        assert late() == 3
    assert "helper" not in sys.modules


def test_a_package_in_use_stays_where_it_is(folder: Path) -> None:
    """The folder of owltf itself may be the working directory."""
    root = Path(__file__).parents[2]
    write(folder / "mine.py", "import owltf.python_layers.blob\nclass Mine: pass\n")
    sys.modules.pop("owltf.python_layers.blob")
    UserCode((root, folder)).find("mine", "Mine")
    assert "owltf.python_layers.blob" in sys.modules


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, r"^module 'mine' is not in .*/work, .*/net, nor in Python's path$"),
        ("class Mein: pass", r"^module 'mine' \(.*/mine.py\) has no class 'Mine'; did you mean 'M"),
        ("import caffe\nprint 1", r"^importing module 'mine' failed at .*mine.py:2: SyntaxError: "),
        ("\nimport absent", r"failed at .*/mine.py:2: ModuleNotFoundError: No module named 'abs"),
        ("\n\ncaffe = 1 / 0", r"failed at .*/mine.py:3: ZeroDivisionError: division by zero$"),
        ("import sys\nsys.exit(3)", r"failed at .*/mine.py:2: SystemExit: 3$"),
        ("import caffe.io", r"failed at .*/mine.py:1: ModuleNotFoundError: .*'caffe' is not a pac"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(folder: Path, text: str | None, message: str) -> None:
    if text is not None:
        write(folder / "mine.py", text)
    with pytest.raises(OwltfError) as raised:
        UserCode.beside(folder).find("mine", "Mine")
    assert re.search(message, str(raised.value))
    assert "\n" not in str(raised.value)


def test_an_error_deep_in_a_library_names_the_users_line(folder: Path) -> None:
    write(folder / "mine.py", "import json\n\ndef read():\n    return json.loads('nope')\n")
    code = UserCode.beside(folder)
    read = code.find("mine", "read")
    reason = r"^reading failed at .*/mine.py:4: JSONDecodeError: "
    with pytest.raises(OwltfError, match=reason), code.errors("reading"):
        read()
