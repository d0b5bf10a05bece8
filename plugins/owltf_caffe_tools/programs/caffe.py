"""caffe: train, test, time, device_query."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from owltf.api import OwltfError, open_net_file
from owltf_caffe_tools.glog import WARNING
from owltf_caffe_tools.program import Call, Program, UsageError

_EFFECTS = ("snapshot", "stop", "none")
_SIGINT, _SIGHUP = 130, 129


class CaffeProgram(Program):
    """The program `caffe`."""

    name = "caffe"
    source = "caffe.cpp"
    usage = (
        "command line brew\nusage: caffe <command> <args>\n\ncommands:\n"
        "  train           train or finetune a model\n"
        "  test            score a model\n"
        "  device_query    show GPU diagnostic information\n"
        "  time            benchmark model execution time\n"
    )
    usage_status = 0
    flags = {
        "gpu": "",
        "solver": "",
        "model": "",
        "phase": "",
        "level": 0,
        "stage": "",
        "snapshot": "",
        "weights": "",
        "iterations": 50,
        "sigint_effect": "stop",
        "sighup_effect": "snapshot",
    }

    def run(self, call: Call) -> int:
        """Do what the one word says."""
        if len(call.words) != 1:
            raise UsageError
        actions = {
            "train": _train,
            "test": _test,
            "time": _time,
            "device_query": _device_query,
        }
        action = actions.get(call.words[0])
        if action is None:
            raise OwltfError(f"Unknown action: {call.words[0]}; there are {', '.join(actions)}")
        return action(call)


def _train(call: Call) -> int:
    solver = _needed(call, "solver", "Need a solver definition to train.")
    snapshot, weights = call.text("snapshot"), call.text("weights")
    if snapshot and weights:
        raise OwltfError("Give a snapshot to resume training or weights to finetune but not both.")
    for flag in ("sigint_effect", "sighup_effect"):
        if call.text(flag) not in _EFFECTS:
            raise OwltfError(f'Invalid signal effect "{call.text(flag)}" was specified')
    start = ["--resume", snapshot] if snapshot else ["--weights", weights] if weights else []
    effects = [
        word
        for flag in ("sigint_effect", "sighup_effect")
        for word in (f"--{flag.replace('_', '-')}", call.text(flag))
    ]
    devices = _trained_on(call, solver)
    call.log.source = "solver.cpp"
    words = (*start, *effects, *devices, *_state(call), "--batch-per-gpu", "--plain")
    status = call.owltf("run", solver, *words)
    # To Caffe, a run that a signal has ended has ended well.
    return 0 if status in (_SIGINT, _SIGHUP) else status


def _test(call: Call) -> int:
    model = _needed(call, "model", "Need a model definition to score.")
    weights = _needed(call, "weights", "Need model weights to score.")
    words = ("--weights", weights, "--iterations", call.number("iterations"), "--allow-missing")
    return call.owltf("test", model, *words, "--plain", *_one_device(call), *_state(call))


def _time(call: Call) -> int:
    model = _needed(call, "model", "Need a model definition to time.")
    phase = call.text("phase") or "TRAIN"
    if phase not in ("TRAIN", "TEST"):
        raise OwltfError('phase must be "TRAIN" or "TEST"')
    words = ("--iterations", call.number("iterations"), "--phase", phase, "--caffe-lines")
    return call.owltf("time", model, *words, *_one_device(call), *_state(call))


def _device_query(call: Call) -> int:
    gpu = call.text("gpu")
    call.log.write(f"Querying GPUs {gpu}")
    return call.owltf("device_query", "--gpu", gpu) if gpu else 0


def _needed(call: Call, flag: str, message: str) -> str:
    if not call.text(flag):
        raise OwltfError(message)
    return call.text(flag)


def _state(call: Call) -> Iterator[object]:
    if "level" in call.line.given:
        yield from ("--level", call.number("level"))
    for stage in filter(None, call.text("stage").split(",")):
        yield from ("--stage", stage)


def _one_device(call: Call) -> Iterator[str]:
    """Yield the option for the first GPU that is given, or else for the CPU, as in Caffe."""
    first, *others = call.text("gpu").split(",")
    for other in others:
        call.log.write(f"Not using GPU #{other} for single-GPU function")
    if first:
        yield from ("--num-gpu", "1") if first == "all" else ("--gpu", first)
        return
    call.log.write("Use CPU.")
    yield from ("--cpu-replicas", "1")


def _trained_on(call: Call, solver: str) -> Iterator[str]:
    """Yield the option for the GPUs that are given, or else for the solver's device."""
    if call.text("gpu"):
        yield from ("--gpu", call.text("gpu"))
        return
    found = open_net_file(solver, call.registry.schema).solver
    if found is None:
        raise OwltfError(f"{solver}: a net, where a solver is needed")
    parameter = found.parameter
    if parameter.solver_mode == parameter.GPU:
        if Path(f"/dev/nvidia{parameter.device_id}").exists():
            yield from ("--gpu", str(parameter.device_id))
            return
        call.log.write(f"There is no GPU {parameter.device_id} here", WARNING)
    call.log.write("Use CPU.")
    yield from ("--cpu-replicas", "1")
