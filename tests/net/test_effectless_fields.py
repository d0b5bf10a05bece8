"""Fields that change nothing are told, with their layer's line."""

from __future__ import annotations

import owltf_faces

from owltf.testing import net_of, one_layer, use_plugins

SCALE = 'type: "ChannelScale" channel_scale_param { min_global_scale: 2 }'


def test_the_field_and_why() -> None:
    with use_plugins(owltf_faces):
        (note,) = net_of(one_layer(SCALE, (2, 3), (2,))).notes
        assert net_of(one_layer('type: "ChannelScale"', (2, 3), (2,))).notes == ()
    assert note.startswith("layer 'layer' (")
    assert note.endswith("min_global_scale has no effect: global_scale is not true")
