"""Writes `docs/benchmarks.md` and its picture from the figures of the other benchmarks.

    python benchmarks/report.py figures/

The folder holds answer.json, start.json, train.json, memory.json and data.json; what is not there
is left out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import answer
import click
from machine import in_words

DOCS = Path(__file__).parents[1] / "docs"
_HEAD = """# How fast owltf is

`tox run -e bench` measures all of this and writes the page; the programs in `benchmarks/` measure a
part each. owltf and other programs compute the same nets, in turns, each in a process of its own.
Times are the quickest of some turns, as other load on a machine only slows them. A figure says
something about the machine that it is of, and about no other.
"""
_ANSWERS = """## Answers

Milliseconds from an array to arrays, for a batch of 1 and of 32 images, float32. `owltf` is
`load_net(...).forward` with TensorFlow, after the trial of its first calls; `owltf, onnxruntime` is
the same with `engine="onnxruntime"`. SavedModel and ONNX files are what `owltf export` writes;
OpenCV reads Caffe's files; PyTorch is eager, with images in `channels_last`.
"""
_COMPILED = "PyTorch, compiled"
_ABOUT_COMPILED = "`PyTorch, compiled` is the same net in PyTorch after `torch.compile`.\n"
_STARTS = """## Start and memory

From the start of a process to its end, and its peak of memory. `classify` names the classes of
one image by GoogLeNet.
"""
_TRAINING = """## Training

Milliseconds of a training step: forward, backward and the update, float32, synthetic data.
PyTorch is eager, with images in `channels_last`. The last column counts a
step's products alone; convolutions can be quicker than the product that is the roof.
"""

_MEMORY = """## Memory of a training step

MB that a process needs for the steps, beside its libraries and the net's weights.
"""

_DATA = """## Data

Records a second that a data layer gives as batches, beside the same work in plain Python: lmdb,
protobuf, h5py, OpenCV and NumPy, a record at a time. JPEGs are of 256 x 256 pixels, cropped to
227 x 227 and mirrored. The decoder is OpenCV's alone, on all processors. Medians of 5 rounds.
"""


def answers(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines on answers."""
    yield from (_ANSWERS, *_on_compiled(figures["versions"]))
    yield from (in_words(figures["machine"]), "", *answer.lines(figures), "")
    versions = ", ".join(f"{name} {each}" for name, each in figures["versions"].items())
    yield f"{versions}.{_absent(figures['missing'])}\n"


def starts(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines on commands."""
    yield from (_STARTS, in_words(figures["machine"]), "")
    yield from ("| command | seconds | MB |", "|---|--:|--:|")
    for name, found in figures["commands"].items():
        seconds, megabytes = min(found["seconds"]), max(found["megabytes"])
        yield f"| {name} | {seconds:.2f} | {megabytes:.0f} |"
    yield from _after_table(figures["missing"])


def training(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines on training steps."""
    names = list(dict.fromkeys(name for net in figures["nets"] for name in net["step_seconds"]))
    yield from (_TRAINING, *_on_compiled(names), in_words(figures["machine"]), "")
    yield "| net, batch | " + " | ".join(names) + " | owltf's GFLOP/s, of the roof |"
    yield "|---|" + "--:|" * (len(names) + 1)
    for net in figures["nets"]:
        cells = [_milliseconds(net["step_seconds"].get(name)) for name in names]
        cells.append(_of_roof(net, figures["machine"]["roof_gflops"]))
        yield f"| {net['net']}, {net['batch']} | " + " | ".join(cells) + " |"
    used = ", ".join(f"{name} {each}" for name, each in figures["versions"].items())
    yield from ("", f"{used}.", *_after_table(figures.get("missing", {})))


def _of_roof(net: Mapping[str, Any], roof: float) -> str:
    rate = net["gflop"] / min(net["step_seconds"]["owltf"])
    return f"{rate:.0f}, {100 * rate / roof:.0f} %"


def _milliseconds(seconds: Sequence[float] | None) -> str:
    return "-" if seconds is None else f"{1000 * min(seconds):.1f}"


def _on_compiled(names: Collection[str]) -> Iterator[str]:
    if _COMPILED in names:
        yield _ABOUT_COMPILED


def memory(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines on the memory of training steps."""
    names = list(next(iter(figures["megabytes"].values())))
    yield from (_MEMORY, "| net | " + " | ".join(names) + " |", "|---|" + "--:|" * len(names))
    for net, sizes in figures["megabytes"].items():
        yield f"| {net} | " + " | ".join(f"{sizes[name]:.0f}" for name in names) + " |"
    yield ""


def data(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines on data."""
    names = ("owltf", "plain", "decoder")
    yield from (_DATA, in_words(figures["machine"]), "")
    yield from ("| source | owltf | plain Python | decoder alone |", "|---|--:|--:|--:|")
    for source, rates in figures["records"].items():
        cells = (f"{rates[name]:,.0f}" if name in rates else "" for name in names)
        yield f"| {source} | " + " | ".join(cells) + " |"
    lenet, caffenet = (_with_data(figures[net]) for net in ("lenet", "caffenet"))
    yield from (
        "",
        f"A step of LeNet from an LMDB takes {lenet}, one of CaffeNet from JPEGs {caffenet}.",
        "",
    )


def _with_data(seconds: Mapping[str, Sequence[float]]) -> str:
    real, synthetic = (_milliseconds(seconds[name]) for name in ("real data", "synthetic"))
    return f"{real} ms, with synthetic images {synthetic}"


def _after_table(missing: Mapping[str, str]) -> Sequence[str]:
    said = _absent(missing).strip()
    return ("", said, "") if said else ("",)


def _absent(missing: Mapping[str, str]) -> str:
    return "".join(f" {name} took no part for some net: {why}." for name, why in missing.items())


def picture(figures: Mapping[str, Any], path: Path) -> None:
    """Draw the times of answers at batch 1 as multiples of onnxruntime's."""
    from matplotlib.figure import Figure

    names = [name for name in answer.PROGRAMS if name in figures["versions"]]
    nets = {net: each["1"] for net, each in figures["nets"].items() if "onnxruntime" in each["1"]}
    figure = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    for place, name in enumerate(names):
        ratios = [
            min(times[name]) / min(times["onnxruntime"]) if name in times else float("nan")
            for times in nets.values()
        ]
        width = 0.8 / len(names)
        axes.bar([x + place * width for x in range(len(nets))], ratios, width, label=name)
    axes.set_xticks([x + 0.4 for x in range(len(nets))], list(nets))
    axes.set_ylabel("time of an answer, onnxruntime = 1")
    axes.set_yscale("log", base=2)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend(fontsize="small", ncols=4)
    figure.savefig(path, metadata={"Date": None})


_PARTS = {"answer": answers, "start": starts, "train": training, "memory": memory, "data": data}


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Write the page from the figures in FOLDER."""
    lines = [_HEAD]
    for name, part in _PARTS.items():
        file = folder / f"{name}.json"
        if not file.exists():
            continue
        figures = json.loads(file.read_text(encoding="utf-8"))
        lines += part(figures)
        if name == "answer":
            picture(figures, DOCS / "benchmarks.svg")
            lines.append("![Answers at batch 1](benchmarks.svg)\n")
    text = "\n".join(lines).rstrip() + "\n"
    (DOCS / "benchmarks.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
