"""What foreign files and strange names hold is shown as text: it neither steers the terminal nor becomes markup."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from dqn_tui import events
from dqn_tui.control import Access
from dqn_tui.event_json import to_dict
from dqn_tui.headless import BarPrinter, LinePrinter, SilentPrinter, follow
from dqn_tui.ui.app.application import DqnTuiApp
from dqn_tui.ui.theatre.watch_screen import WatchScreen
from dqn_tui.view.run_view import RunView
from tests import fakes
from tests.helpers import Session, call_program, one_line, reseal, train
from tests.ui.helpers import dashboard, screen_text

# Takes the clipboard, clears the screen (as 7-bit and as 8-bit sequence), turns the line around; then Textual's and
# Rich's markup, which would make a button and colours.
STEERING = "\x1b]52;c;cm0gLXJm\x07\x1b[2J\x9b2J\u202e\r\n"
MARKUP = "[@click=app.exit]go[/][bold]b[/bold]:smile:"
HOSTILE = f"{STEERING}{MARKUP}"


def check_harmless(text: str, shown: str = MARKUP) -> None:
    """Check that the markup is there letter by letter, and nothing else but text and line ends."""
    assert shown in text
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text) == []


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return train(tmp_path_factory.mktemp("runs"))


def spoil_env(manifest: dict[str, Any]) -> None:
    manifest["config"]["env"] = HOSTILE


def spoil_a_value(manifest: dict[str, Any]) -> None:
    manifest["config"]["gamma"] = HOSTILE


def spoil_a_key(manifest: dict[str, Any]) -> None:
    manifest["config"][HOSTILE] = 1


def spoil_a_file_name(manifest: dict[str, Any]) -> None:
    manifest["files"][HOSTILE] = {"bytes": 1, "sha256": "0" * 64}


def spoil_the_format(manifest: dict[str, Any]) -> None:
    manifest["format"] = MARKUP + HOSTILE


@pytest.mark.parametrize("command", [("eval",), ("--no-ui", "--steps", "500", "--resume")], ids=["eval", "resume"])
@pytest.mark.parametrize("spoil", [spoil_env, spoil_a_value, spoil_a_key, spoil_a_file_name, spoil_the_format])
def test_a_foreign_checkpoint_is_refused_in_harmless_words(
    run: Session,
    command: tuple[str, ...],
    spoil: Callable[[dict[str, Any]], None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    (checkpoint,) = run.folder.checkpoints.iterdir()
    path = checkpoint / "manifest.json"
    before = path.read_text()
    manifest = json.loads(before)
    spoil(manifest)
    try:
        path.write_text(json.dumps(manifest))
        reseal(checkpoint)
        assert call_program(*command, str(checkpoint)) == 2
    finally:
        path.write_text(before)
    output = capfd.readouterr()
    assert output.out == ""
    check_harmless(one_line(output.err), shown="[@click=app.exit]go[/]")


@pytest.mark.parametrize(
    "arguments",
    [
        ("eval", HOSTILE),
        ("--resume", HOSTILE),
        ("--env", HOSTILE),
        ("--set", f"{HOSTILE}=1"),
        ("--set", f"gamma={HOSTILE}"),
        ("--preset", HOSTILE),
        ("--config", HOSTILE),
        ("--import", HOSTILE),
        (HOSTILE,),
        (f"--{HOSTILE}",),
        ("eval", "x", "--episodes", HOSTILE),
    ],
    ids=lambda arguments: arguments[0][:8].strip("\x1b]"),
)
def test_wrong_use_is_quoted_harmlessly(
    tmp_path: Path, arguments: tuple[str, ...], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call_program(*arguments) == 2
    # An equals sign ends the name of a key or an option.
    check_harmless(one_line(capfd.readouterr().err), MARKUP.partition("=")[0])


def hostile_events() -> list[events.Event]:
    now: dict[str, Any] = {"step": 7, "time": 1_001.0}
    return [
        fakes.started(
            run=HOSTILE, env=HOSTILE, device=HOSTILE, preset=HOSTILE, imports=[HOSTILE], config={HOSTILE: HOSTILE}
        ),
        events.WarningRaised(**now, message=HOSTILE),
        events.SaveFailed(**now, path=f"runs/{HOSTILE}", problem=HOSTILE),
        events.OutputWritten(**now, text=f"{HOSTILE}\n{HOSTILE}"),
        events.SettingChanged(**now, key=HOSTILE, old=HOSTILE, new=HOSTILE),
        events.CheckpointSaved(
            **now, path=f"runs/{HOSTILE}", size_bytes=1, seconds=0.1, reason=HOSTILE, eval_mean=None
        ),
        events.RunFailed(**now, error=HOSTILE, error_log=HOSTILE, checkpoint=HOSTILE),
    ]


class Told:
    """A run that has told everything."""

    def __init__(self) -> None:
        self._told = hostile_events()

    def start(self, on_news: Callable[[], None]) -> None:
        on_news()

    def request(self, request: Any) -> None:
        raise AssertionError(request)

    def drain(self) -> list[events.Event]:
        told, self._told = self._told, []
        return told

    def start_rollout(self, episode: int | None = None) -> Any:  # noqa: ARG002
        raise AssertionError

    def start_value_pictures(self) -> Any:
        raise AssertionError

    @property
    def access(self) -> Access:
        return Access()


def test_runs_are_listed_harmlessly(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / f"{HOSTILE.replace('/', '')}__s1__20261122-120000"
    folder.mkdir()
    lines = [json.dumps(to_dict(event)) for event in hostile_events()]
    (folder / "events.jsonl").write_text("\n".join(lines) + "\n")
    assert call_program("runs", "--runs-dir", str(tmp_path)) == 0
    listed = capfd.readouterr().out
    check_harmless(listed)
    assert len(listed.splitlines()) == 2
    assert call_program("runs", "--runs-dir", str(tmp_path), "--json") == 0
    assert "\\u001b" in capfd.readouterr().out


def test_lines_and_summary_are_harmless(capfd: pytest.CaptureFixture[str]) -> None:
    view = RunView()
    follow(Told(), view, LinePrinter(sys.stdout))
    check_harmless(capfd.readouterr().out)


def test_the_bar_shows_markup_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr("dqn_tui.headless.Console", lambda **given: Console(width=400, **given | {"file": written}))
    follow(Told(), RunView(), BarPrinter(sys.stdout))
    check_harmless(written.getvalue())


async def test_the_dashboard_shows_markup_as_it_is_and_makes_no_buttons_of_it() -> None:
    async with dashboard((200, 60), steps=None) as board:
        board.run.emit(*hostile_events())
        text = await board.look()
        for line in (text, await board.press("8", "z")):
            check_harmless(line)
        metas = [
            segment.style.meta
            for strip in board.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style
        ]
        assert not any("@click" in meta for meta in metas)
        await board.click("[@click=app.exit]go")
        assert board.app.is_running


async def test_a_toast_shows_markup_as_it_is() -> None:
    async with dashboard() as board:
        board.app.notify(MARKUP, title=MARKUP)
        assert MARKUP in (await board.look()).replace("\n", "")


async def test_the_players_title_is_harmless() -> None:
    app = DqnTuiApp(WatchScreen(fakes.FakeRollout(), title=HOSTILE))
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        check_harmless(screen_text(app))


def test_a_view_is_harmless_whatever_it_was_told() -> None:
    view = RunView()
    follow(Told(), view, SilentPrinter())
    check_harmless("".join([view.env, view.run, *view.output, *view.imports, *(line.text for line in view.log)]))
