"""The run folder disappears during the run: it is said at once, and at the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from dqn_tui import events
from dqn_tui.control import Request, Stop
from dqn_tui.events import Event
from tests.helpers import Session, train


def delete_journal(folder: Path) -> None:
    (folder / "events.jsonl").unlink()


@pytest.mark.parametrize("lose", [shutil.rmtree, delete_journal])
@pytest.mark.parametrize("should_save", [True, False])
def test_lost_run_folder_is_a_warning_at_once_and_a_problem_at_the_end(
    tmp_path: Path, lose: Callable[[Path], object], should_save: bool
) -> None:
    session = train_and_lose(tmp_path, lose, should_save=should_save)
    message = f"{session.folder.events} was deleted or moved while the run was training: it is lost"
    assert [event.message for event in session.of(events.WarningRaised)] == [message]
    ended = session.only(events.RunEnded)
    assert message in (ended.save_problem or "")
    assert ended.checkpoint is None
    assert [message in event.problem for event in session.of(events.SaveFailed)] == [True] * (2 if should_save else 1)
    assert session.folder.path.exists() is (lose is delete_journal)


def train_and_lose(runs_dir: Path, lose: Callable[[Path], object], *, should_save: bool) -> Session:
    """A run whose folder goes at step 50, and which is stopped after a save that fails."""

    def react(event: Event) -> Iterable[Request]:
        if isinstance(event, events.Progress) and event.step == 50:
            (folder,) = runs_dir.iterdir()
            lose(folder)
        return [Stop(should_save)] if isinstance(event, events.SaveFailed) and event.step == 120 else []

    return train(runs_dir, on_event=react, save_every=120)
