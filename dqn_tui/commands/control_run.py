"""`dqn-tui control`: steers a run that another process trains, from scripts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dqn_tui import events
from dqn_tui.commands.streams import print_json, print_text
from dqn_tui.errors import UsageError
from dqn_tui.operations.target import find_run

if TYPE_CHECKING:
    from dqn_tui.attach.messages import Answer, Message
    from dqn_tui.events import Event
    from dqn_tui.runs.folder import RunFolder
    from dqn_tui.runs.journal_tail import JournalTail

POLL_SECONDS = 0.05

_CONFIRMED_BY: dict[str, tuple[type[Event], ...]] = {
    "pause": (events.Paused,),
    "resume": (events.Resumed,),
    "step": (events.Progress,),
    "save": (events.CheckpointSaved, events.SaveFailed),
    "evaluate": (events.Evaluated,),
    "stop": (events.RunEnded, events.RunFailed),
}


def control_run(target: str, verb: str, *, runs_dir: Path, should_save: bool, as_json: bool) -> int:
    """Ask a run for something, and wait until an event confirms it; return the exit code.

    Raises:
        UsageError: RUN does not name a run that trains and takes requests from here, or it refuses this one.
    """
    from dqn_tui.attach.messages import Message

    folder = find_run(target, runs_dir)
    if verb != "status" and verb not in _CONFIRMED_BY:
        raise UsageError(f"verb must be one of {', '.join([*_CONFIRMED_BY, 'status'])}, got {verb!r}")
    socket = _find_socket(folder)
    answer = _ask(folder, socket, Message(request="status"))
    if verb == "status":
        _print_status(folder, answer, as_json=as_json)
        return 0
    _check_state(folder, verb, answer)
    event = _find_present(verb, answer) or _request(folder, socket, verb, should_save=should_save)
    _print_event(event, as_json=as_json)
    return 1 if isinstance(event, events.SaveFailed | events.RunFailed) else 0


def _find_socket(folder: RunFolder) -> Path:
    from dqn_tui.attach.reach import find_refusal
    from dqn_tui.runs.lock import is_locked, read_holder

    try:
        is_alive, holder = is_locked(folder.path), read_holder(folder.path)
    except OSError as error:
        raise UsageError(f"run {folder.path} cannot be read: {error.strerror or error}") from None
    refusal = find_refusal(holder, is_alive=is_alive)
    if refusal is not None or holder is None or holder.socket is None:
        raise UsageError(f"run {folder.path} cannot be steered from here: {refusal}")
    return Path(holder.socket)


def _ask(folder: RunFolder, socket: Path, message: Message) -> Answer:
    from dqn_tui.attach.client import NoAnswerError, ask

    try:
        return ask(socket, message)
    except NoAnswerError as error:
        raise UsageError(f"run {folder.path} did not take the request: {error}") from None


def _check_state(folder: RunFolder, verb: str, answer: Answer) -> None:
    if answer.is_over:
        raise UsageError(f"run {folder.path} is over")
    if verb in ("resume", "step") and not answer.is_paused:
        raise UsageError(f"run {folder.path} is not paused, so it cannot {verb}")


def _find_present(verb: str, answer: Answer) -> Event | None:
    """Return the event of a state that the run is in already: the pause of a paused run."""
    if verb != "pause" or not answer.is_paused:
        return None
    return events.Paused(time=time.time(), step=answer.step)


def _request(folder: RunFolder, socket: Path, verb: str, *, should_save: bool) -> Event:
    """Send the request; return the event that confirms it."""
    from dqn_tui.attach.messages import Message
    from dqn_tui.runs.journal_tail import JournalTail

    tail = JournalTail(folder.events)
    try:
        tail.skip()
        _ask(folder, socket, Message(request=verb, should_save=should_save))  # type: ignore[arg-type]
        return _wait_for(tail, folder, verb)
    except OSError as error:
        raise UsageError(f"run {folder.path} cannot be read: {error.strerror or error}") from None
    finally:
        tail.close()


def _wait_for(tail: JournalTail, folder: RunFolder, verb: str) -> Event:
    from dqn_tui.runs.lock import is_locked

    while True:
        is_alive = is_locked(folder.path)
        for event in tail.read():
            if isinstance(event, _CONFIRMED_BY[verb]):
                return event
            if isinstance(event, events.RunEnded | events.RunFailed):
                raise UsageError(f"run {folder.path} ended before it could {verb}")
        if not is_alive:
            raise UsageError(f"run {folder.path}: its process ended before it could {verb}")
        time.sleep(POLL_SECONDS)


def _print_status(folder: RunFolder, answer: Answer, *, as_json: bool) -> None:
    state = "over" if answer.is_over else "paused" if answer.is_paused else "training"
    if as_json:
        print_json({"run": str(folder.path), "state": state, "step": answer.step, "pid": answer.pid})
    else:
        print_text(f"{state} at step {answer.step:,}, process {answer.pid}")


def _print_event(event: Event, *, as_json: bool) -> None:
    from dqn_tui.event_json import to_dict
    from dqn_tui.view.cleaning import clean_event
    from dqn_tui.view.log_line import describe

    if as_json:
        shown: dict[str, Any] = to_dict(event)
        print_json(shown)
        return
    line = describe(clean_event(event))
    print_text(line.text if line else f"at step {event.step:,}")
