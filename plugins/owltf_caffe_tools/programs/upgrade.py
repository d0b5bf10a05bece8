"""upgrade_net_proto_text, upgrade_net_proto_binary and upgrade_solver_proto_text."""

from __future__ import annotations

from pathlib import Path

from owltf_caffe_tools.program import Call, Program, expect_words


class UpgradeNetProtoText(Program):
    """The program `upgrade_net_proto_text`."""

    name = "upgrade_net_proto_text"
    source = "upgrade_net_proto_text.cpp"
    usage = "Usage: upgrade_net_proto_text v0_net_proto_file_in net_proto_file_out\n"

    def run(self, call: Call) -> int:
        """Write the file in the current format."""
        return _upgrade(call)


class UpgradeNetProtoBinary(Program):
    """The program `upgrade_net_proto_binary`."""

    name = "upgrade_net_proto_binary"
    source = "upgrade_net_proto_binary.cpp"
    usage = "Usage: upgrade_net_proto_binary v0_net_proto_file_in net_proto_file_out\n"

    def run(self, call: Call) -> int:
        """Write the file in the current format."""
        return _upgrade(call)


class UpgradeSolverProtoText(Program):
    """The program `upgrade_solver_proto_text`."""

    name = "upgrade_solver_proto_text"
    source = "upgrade_solver_proto_text.cpp"
    usage = "Usage: upgrade_solver_proto_text old_solver_proto_file_in solver_proto_file_out\n"

    def run(self, call: Call) -> int:
        """Write the file in the current format."""
        return _upgrade(call)


def _upgrade(call: Call) -> int:
    expect_words(call, 2)
    old, new = call.words
    # To `owltf upgrade` it would be the screen, to Caffe's programs it is a file.
    out = Path.cwd() / new if new == "-" else new
    status = call.owltf("upgrade", "--", old, out)
    call.log.write(f"Wrote upgraded file to {new}")
    return status
