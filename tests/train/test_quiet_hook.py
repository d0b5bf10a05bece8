"""Processes that report nothing call no plugin."""

from owltf.train.quiet_hook import QuietHook


def test_any_hook_can_be_called() -> None:
    assert QuietHook().owltf_displayed(display=1, setup=2) is None
