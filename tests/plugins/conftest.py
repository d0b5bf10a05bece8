"""What the tests of testers, extractors and classifiers share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

# Lets the tests import `image_case`.
sys.path.insert(0, str(Path(__file__).parent))

from image_case import Images, write_case  # noqa: E402

from owltf import cli  # noqa: E402

PLUGINS = (
    "owltf_tester",
    "owltf_extractor",
    "owltf_classifier",
    "owltf_datasets",
    "owltf_caffe_tools",
    "owltf_pictures",
)
ZOO = Path(__file__).parents[3] / "shared" / "zoo" / "models"

Owltf = Callable[..., Result]


@pytest.fixture
def plugins() -> tuple[str, ...]:
    """The plugins that commands have in these tests."""
    return PLUGINS


@pytest.fixture
def owltf(monkeypatch: pytest.MonkeyPatch, plugins: tuple[str, ...]) -> Owltf:
    """Call `owltf` with arguments, with these plugins though the tests leave installed ones out."""
    make = cli.make_manager

    def with_plugins(disabled: object = ()) -> object:
        manager = make(disabled)
        for name in plugins:
            manager.register(import_module(name), name)
        return manager

    def run(*words: object) -> Result:
        result = CliRunner().invoke(cli.cli, [str(word) for word in words], prog_name="owltf")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    monkeypatch.setattr(cli, "make_manager", with_plugins)
    return run


@pytest.fixture
def lines(owltf: Owltf) -> Callable[..., list[str]]:
    """Call `owltf`, which must end well, and give the lines of its output."""

    def run(*words: object) -> list[str]:
        result = owltf(*words)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout.splitlines()

    return run


@pytest.fixture
def refused(owltf: Owltf) -> Callable[..., str]:
    """Call `owltf`, which must refuse and write nothing, and give what it says."""

    def run(*words: object) -> str:
        before = sorted(Path().rglob("*"))
        result = owltf(*words)
        assert result.exit_code == 2, result.output
        assert sorted(Path().rglob("*")) == before
        start = "owltf: error: "
        last = result.stderr.splitlines()[-1]
        assert last.startswith(start)
        return last.removeprefix(start)

    return run


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Images]:
    """A folder with the small net, its data and its weights."""
    folder = tmp_path_factory.mktemp("images")
    return folder, write_case(folder)


@pytest.fixture
def images(written: tuple[Path, Images], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Images:
    """The small net in a folder of its own, which is entered."""
    folder, made = written
    for path in folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def snapshot(images: Images) -> None:
    """Let the weights be snapshot 1 of the solver, as Caffe would have written it."""
    from owltf.api import load_net

    schema = load_net("deploy.prototxt").context.registry.schema
    Path("snap_iter_1.caffemodel").symlink_to("net.caffemodel")
    state = schema.message("SolverState")(
        iter=1, learned_net="snap_iter_1.caffemodel", current_step=0
    )
    Path("snap_iter_1.solverstate").write_bytes(state.SerializeToString())


@pytest.fixture(params=["lenet_ethereon", "nsfw_resnet50_1by2"])
def zoo_model(request: pytest.FixtureRequest) -> Path:
    """The folder of a model that others trained."""
    folder = ZOO / request.param
    if not folder.exists():
        pytest.skip(f"there is no {folder}")
    return folder
