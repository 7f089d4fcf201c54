"""Whether a run has anything left to do."""

from __future__ import annotations

from dqn_tui.config import Config
from dqn_tui.errors import CheckpointError
from dqn_tui.events import RunEnded
from dqn_tui.runs.checkpoint import Checkpoint, read_state
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import read_last_event
from dqn_tui.runs.resume import name_older


def is_complete(folder: RunFolder, checkpoint: Checkpoint, config: Config) -> bool:
    """Return whether a run resumed from `checkpoint` would take no step, make no update and do no chore.

    A run killed between its last checkpoint and its last event is not complete: resumed, it ends properly.

    Raises:
        CheckpointError: the checkpoint's state is damaged; the message names the next older checkpoint.
    """
    if checkpoint.step < config.total_timesteps or not isinstance(read_last_event(folder.events), RunEnded):
        return False
    try:
        state = read_state(checkpoint)
        return not state["chores"] and not state["learning"]["owed_updates"]
    except CheckpointError as error:
        raise name_older(error, folder, checkpoint.path) from None
    except (KeyError, TypeError) as error:
        damage = CheckpointError(f"{checkpoint.path} is damaged: {type(error).__name__} {error}")
        raise name_older(damage, folder, checkpoint.path) from None
