"""How the run ended and what can be done next; shown beside the charts until the user leaves."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from dqn_tui.events import EndReason, RunEnded, RunFailed
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.rows import Row, fit, join_fitting, row_width
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.ui.widgets.states import state_run
from dqn_tui.view.next_steps import next_steps
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import base_name, duration, fixed, number, plain, short_path

_REASONS = {
    EndReason.COMPLETED: "finished",
    EndReason.SOLVED: "solved",
    EndReason.STOPPED: "stopped",
    EndReason.DIVERGED: "non-finite numbers",
    EndReason.INTERRUPTED: "its process is gone;",
}
_KEYS = (("q", "quit"), ("w", "watch"), ("y", "copy path"))
_LABEL_WIDTH = 12
_FACT_WIDTH = 24
_MOST_LINES = 4


class Block(NamedTuple):
    """Rows that are shown together or not at all.

    Attributes:
        rank: claim on the space; blocks of low rank come first.
        rows: the rows.
        is_apart: whether an empty row is above it, where there is room for all of these.
    """

    rank: int
    rows: list[Row]
    is_apart: bool = False


class SummaryPanel(Panel):
    """Reason, goal, results, and the commands that continue from here; or the error and the path of its traceback.

    It has no side edges: a path or a command in it starts at the left edge and fills its lines, so that the mouse can
    select it whole.
    """

    scene: RunScene

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return a rule with the title and keys, and as many blocks below as fit."""
        return [_rule(width), *_fitting(_blocks(self.scene.shown, self.scene.start, width), height - 1)]


def _rule(width: int) -> Row:
    head: Row = [("── ", "border"), ("Summary", "title"), (" ", "border")]
    keys: list[Row] = [[(f"{key} ", "key"), (label, "muted")] for key, label in _KEYS]
    tail = join_fitting(keys, width - row_width(head) - 6)
    fill = width - row_width(head) - row_width(tail) - 4
    return [*head, ("─" * max(0, fill), "border"), (" ", "border"), *tail, (" ──", "border")]


def _fitting(blocks: Sequence[Block], height: int) -> list[Row]:
    """Return the rows of the blocks that fit, in the order given."""
    fitting = set()
    for block in sorted(blocks, key=lambda block: block.rank):
        if len(block.rows) <= height:
            height -= len(block.rows)
            fitting.add(id(block))
    chosen = [block for block in blocks if id(block) in fitting]
    has_gaps = sum(block.is_apart for block in chosen) <= height
    return [row for block in chosen for row in ([[], *block.rows] if block.is_apart and has_gaps else block.rows)]


def _blocks(view: RunView, start: Path, width: int) -> list[Block]:
    blocks = [Block(0, [_head(view)])]
    if view.failed is not None:
        blocks += _failure(view.failed, start, width)
    if view.ended is not None:
        blocks += _results(view, view.ended, width)
    elif view.failed is None:
        blocks += _last_known(view, width)
    end = view.failed or view.ended
    if end is not None and end.save_problem:
        blocks.append(Block(3, _wrapped("not saved", end.save_problem, width, "warning")))
    return [*blocks, *_continuations(view, start, width)]


def _head(view: RunView) -> Row:
    word, role = state_run(view.state)
    reason = f"{_REASONS[view.end_reason]} " if view.end_reason in _REASONS else ""
    return [(f" {word.strip()}", role), (f"  {reason}at step {view.step:,}", "text")]


def _failure(failed: RunFailed, start: Path, width: int) -> list[Block]:
    blocks = [Block(1, _wrapped("error", failed.error, width, "error"))]
    if failed.error_log:
        blocks.append(Block(2, _path("traceback", short_path(failed.error_log, start), width), is_apart=True))
    return blocks


def _results(view: RunView, ended: RunEnded, width: int) -> list[Block]:
    cause = [Block(1, _wrapped("cause", view.cause, width, "error"))] if view.cause else []
    means = [("best eval", fixed(ended.best_eval_mean)), ("mean return", fixed(ended.mean_return_100))]
    rest = [
        ("episodes", f"{ended.episodes:,}"),
        ("updates", f"{ended.updates:,}"),
        ("wall time", duration(ended.wall_seconds)),
        ("steps/s", f"{ended.steps_per_second:,.0f}"),
        ("saved", _saved(view, ended)),
    ]
    goal = _goal(view, ended.best_eval_mean)
    return [*cause, Block(2, [goal]), Block(3, _table(means, width)), Block(6, _table(rest, width))]


def _last_known(view: RunView, width: int) -> list[Block]:
    """Return what was reported of a run that has no last event."""
    best = view.best_evaluation.mean if view.best_evaluation else None
    facts = [
        ("best eval", fixed(best)),
        ("mean return", fixed(view.mean_return_100)),
        ("episodes", f"{view.episodes:,}"),
        ("updates", f"{view.updates:,}"),
        ("saved", f"last at step {view.last_saved.step:,}" if view.last_saved else "nothing"),
    ]
    return [Block(2, [_goal(view, best)]), Block(3, _table(facts, width))]


def _goal(view: RunView, best: float | None) -> Row:
    """Return whether the best evaluation, if there was one, reached the goal."""
    if view.goal is None:
        return _line("goal", "none")
    if best is None:
        return [*_line("goal", number(view.goal)), (", never evaluated", "muted")]
    word, role = ("reached", "success") if best >= view.goal else ("not reached", "warning")
    return [*_line("goal", f"{number(view.goal)} "), (word, role)]


def _saved(view: RunView, ended: RunEnded) -> str:
    if ended.checkpoint:
        return plain(base_name(ended.checkpoint))
    newest = view.last_saved
    return f"last at step {newest.step:,}" if newest else "nothing"


def _continuations(view: RunView, start: Path, width: int) -> list[Block]:
    """Return the commands, the one that resumes with the first claim; without a checkpoint, only the run folder."""
    claims = {"watch it": 5, "evaluate it": 7}
    run = short_path(view.run, start)
    blocks = [
        Block(claims.get(purpose, 4), [[(f" {purpose}", "muted")], *_command(command, width)], is_apart=True)
        for purpose, command in next_steps(view, run)
    ]
    return blocks or [Block(4, _path("run folder", run or "-", width), is_apart=True)]


def _table(facts: Sequence[tuple[str, str]], width: int) -> list[Row]:
    """Return the facts in as many columns as fit; a long one at the end takes the rest of its row."""
    count = max(1, width // _FACT_WIDTH)
    rows = [facts[first : first + count] for first in range(0, len(facts), count)]
    return [_columns(row) for row in rows]


def _columns(facts: Sequence[tuple[str, str]]) -> Row:
    row: Row = []
    for fact in facts[:-1]:
        row += fit(_line(*fact), _FACT_WIDTH)
    return row + _line(*facts[-1])


def _line(label: str, value: str, role: str = "strong") -> Row:
    return [(f" {label:<{_LABEL_WIDTH}}", "muted"), (value, role)]


def _wrapped(label: str, text: str, width: int, role: str) -> list[Row]:
    """Return a long text over several rows, with its label in the first."""
    room = max(8, width - _LABEL_WIDTH - 2)
    lines = textwrap.wrap(plain(text), room)[:_MOST_LINES] or ["-"]
    return [_line(label if index == 0 else "", line, role) for index, line in enumerate(lines)]


def _path(label: str, path: str, width: int) -> list[Row]:
    """Return the label, and the whole path below it."""
    rows: list[Row] = [[(f" {label}", "muted")]]
    return rows + [[(line, "text")] for line in _chop(plain(path), width)]


def _command(command: str, width: int) -> list[Row]:
    """Return a command over as few rows as possible, broken between words; a longer word fills its rows."""
    lines = [""]
    for word in plain(command).split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(joined) <= width:
            lines[-1] = joined
        else:
            lines += _chop(word, width)
    return [[(line, "text")] for line in lines if line]


def _chop(text: str, width: int) -> list[str]:
    return chop_cells(text, max(1, width))
