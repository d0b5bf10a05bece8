"""What people see of a net that they print."""

from __future__ import annotations

from small_nets import build, inner_product, input_text


def test_a_net_is_a_table_of_its_layers() -> None:
    net = build('name: "two"' + input_text("x", 2, 3) + inner_product("ip", "x", "y", outputs=4))
    assert str(net) == repr(net)
    assert str(net).splitlines() == [
        "net two, TRAIN: 2 layers, 16 values",
        "layer  type          makes  parameters",
        "x      Input         2x3",
        "ip     InnerProduct  2x4    16",
    ]


def test_a_long_net_fits_on_a_screen() -> None:
    name = "a" * 200
    layers = [inner_product(f"ip{i}{name}", "x", f"y{i}{name}", outputs=1) for i in range(100)]
    lines = str(build(input_text("x", 2, 3) + "".join(layers))).splitlines()
    assert len(lines) <= 23
    assert max(map(len, lines)) < 100
    assert [line.split()[0][:4] for line in (lines[3], lines[-1])] == ["ip0a", "ip99"]
    assert "... 82 more ..." in lines[12]


def test_control_characters_are_escaped() -> None:
    net = build(input_text("x", 2, 3) + inner_product("a\\033[2J\\n", "x", "y"))
    assert "\\x1b[2J\\n" in str(net)
    assert len(str(net).splitlines()) == 4
