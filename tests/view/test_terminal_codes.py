"""What is written to ring, to notify and to name a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.terminal_codes import has_title, notification, title

XTERM = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        (XTERM, "\x1b]9;done\a"),
        ({"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}, "\x1b]9;done\a"),
        ({"TERM": "rxvt-unicode-256color"}, "\x1b]777;notify;dqn-tui;done\a"),
        (XTERM | {"VTE_VERSION": "7600"}, "\x1b]777;notify;dqn-tui;done\a"),
        (XTERM | {"KONSOLE_VERSION": "230400"}, "\x1b]777;notify;dqn-tui;done\a"),
        (XTERM | {"TERM_PROGRAM": "Apple_Terminal"}, ""),
        ({"TERM": "screen", "STY": "1.pts"}, ""),
        ({"TERM": "linux"}, ""),
        ({"TERM": "dumb"}, ""),
        ({}, ""),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/t"}, "\x1bPtmux;\x1b\x1b]9;done\a\x1b\\"),
        ({"TERM": "tmux", "TMUX": "/tmp/t", "VTE_VERSION": "1"}, "\x1bPtmux;\x1b\x1b]777;notify;dqn-tui;done\a\x1b\\"),
    ],
)
def test_a_notification_is_in_the_language_of_the_terminal(variables: dict[str, str], code: str) -> None:
    assert notification("done", variables) == code


@pytest.mark.parametrize("name", ["", "dumb", "linux", "vt100", "unknown"])
def test_a_terminal_without_a_window_has_no_title(name: str) -> None:
    assert not has_title({"TERM": name})
    assert has_title({"TERM": "xterm-256color"})


@given(st.text(max_size=500))
def test_no_text_can_end_a_sequence_or_begin_another(text: str) -> None:
    for code in (title(text), notification(text, XTERM)):
        inside = code[2:-1]
        assert code.startswith("\x1b]")
        assert code.endswith("\a")
        assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in inside)
        assert len(inside) <= 210
