"""The list of runs: `dqn-tui runs` on a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Resize
from textual.widgets import Input, Static

from dqn_tui.errors import UsageError
from dqn_tui.ui.app.scene_screen import REMEMBERED, SceneScreen
from dqn_tui.ui.dialogs.line_input import LineInput
from dqn_tui.ui.dialogs.prompt_screen import PromptScreen
from dqn_tui.ui.keys.key import bindings
from dqn_tui.ui.keys.run_list_keys import QUESTION_KEYS, RUN_LIST_KEYS
from dqn_tui.ui.run_list.library import RunLibrary, Verb, Wish
from dqn_tui.ui.run_list.list_header import ListHeader
from dqn_tui.ui.run_list.question_screen import QuestionScreen
from dqn_tui.ui.run_list.run_reader import RunReader
from dqn_tui.ui.run_list.runs_panel import RunsPanel
from dqn_tui.ui.run_list.screenful import LEAST_HEIGHT_FOR_DETAILS
from dqn_tui.ui.run_list.selected_panel import SelectedPanel
from dqn_tui.ui.widgets.help_table import HelpTable
from dqn_tui.ui.widgets.key_bar import BarKey, KeyBar
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.view.listed_run import ListedRun
from dqn_tui.view.run_columns import COLUMNS
from dqn_tui.view.run_filter import EXAMPLES
from dqn_tui.view.run_table import RunTable
from dqn_tui.view.text import base_name, plain, size

_TICK_SECONDS = 0.2
_AGE_SECONDS = 10.0
FILTER_HELP = HelpTable(
    "Filter: all parts must hold",
    [
        ("word", "strong", "in name, environment, settings, tags, note"),
        ("env:cart", "strong", "also state: tag: note: name: preset:"),
        ("best>400", "strong", "also steps<10k size>=1GB age<2h, != and ="),
        ("gamma=0.9", "strong", "any setting; net_arch:64 finds a part"),
        ("-failed", "strong", "all others"),
    ],
)


class RunsScreen(SceneScreen):
    """Lists runs, changes their notes and removes them; what needs the terminal is left to the caller as a wish.

    Args:
        library: the runs.
        reader: reads them; it may have begun.
        table: what is shown, and how; it may have been shown before.
        marker: braille, block or ascii.
        notice: shown at first: what went wrong with the last wish.
        clock: UTC seconds.

    Attributes:
        wish: what the user wants next, once the screen is left.
    """

    KEYS = RUN_LIST_KEYS
    HELP_KEYS = (*RUN_LIST_KEYS, *QUESTION_KEYS)
    BINDINGS: ClassVar[list[BindingType]] = bindings(RUN_LIST_KEYS, "slash")
    DEFAULT_CSS = """
    RunsScreen ListHeader { height: 1; }
    RunsScreen #filter-row { height: 1; }
    RunsScreen #filter-sign { width: 3; height: 1; color: $text-accent; text-style: bold; }
    RunsScreen RunsPanel { height: 1fr; }
    RunsScreen SelectedPanel { height: 8; }
    RunsScreen #keys { height: 1; }
    """

    def __init__(
        self,
        library: RunLibrary,
        reader: RunReader,
        table: RunTable,
        *,
        marker: str,
        notice: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(Scene(marker=marker, selected="runs"))
        self.wish: Wish | None = None
        self._library = library
        self._table = table
        self._notice = notice
        self._clock = clock
        self._reader = reader

    def compose(self) -> ComposeResult:
        """Yield header, filter, list, details and keys."""
        yield ListHeader(self.scene, self._table, plain(self._library.place))
        self._field = LineInput(
            self.scene,
            value=self._table.filter_text,
            placeholder=f"filters: {'  '.join(EXAMPLES)}",
            select_on_focus=False,
            id="filter",
        )
        with Horizontal(id="filter-row"):
            yield Static(" /", id="filter-sign", markup=False)
            yield self._field
        self._list = RunsPanel(self.scene, self._table, plain(self._library.place), id="runs")
        self._details = SelectedPanel(self.scene, self._table, id="selected")
        self._bar = KeyBar(self.scene, self._bar_keys, id="keys")
        yield from (self._list, self._details, self._bar)

    def on_mount(self) -> None:
        """Begin to read, and say how the last wish ended."""
        self._list.can_focus = True
        self._list.focus()
        self.set_interval(_TICK_SECONDS, self.tick)
        self._reader.on_news = lambda: self.host.call_from_anywhere(self.tick)
        self._take_news()
        if self._notice:
            self.host.notify(self._notice, severity="warning", timeout=10)

    def on_unmount(self) -> None:
        """Stop reading."""
        self._reader.stop()

    def on_resize(self, event: Resize) -> None:
        """Leave the room to the list where the terminal is low."""
        self._details.display = event.size.height >= LEAST_HEIGHT_FOR_DETAILS

    def tick(self) -> None:
        """Show what was read since the last time, and say what is on the screen."""
        self._take_news()
        self.repaint()
        selected = self._table.selected
        self._reader.want([run.path for run in ([selected] if selected else []) + self._list.on_screen])

    def _take_news(self) -> None:
        news = self._reader.collect()
        if news.problem:
            self._refuse(news.problem)
        if news.found is not None:
            self._table.set_found(news.found)
        if news.runs:
            self._table.update(news.runs)
        for path, curve in news.curves.items():
            self._table.enrich(path, curve=curve)
        for path, size_bytes in news.sizes.items():
            self._table.enrich(path, size_bytes=size_bytes)
        self._table.let_time_pass(self._clock() // _AGE_SECONDS * _AGE_SECONDS)

    def help_tables(self) -> list[HelpTable]:
        """Return the grammar of the filter."""
        return [FILTER_HELP, REMEMBERED]

    def _bar_keys(self) -> list[BarKey]:
        return [(key, key.sign, key.label) for key in RUN_LIST_KEYS if key.rank]

    @on(KeyBar.Pressed)
    async def _press(self, message: KeyBar.Pressed) -> None:
        await self.run_action(message.key.action)

    def _refuse(self, why: str) -> None:
        self.host.notify(plain(why), severity="warning", timeout=8)

    # --- the list ---

    def action_move(self, rows: int) -> None:
        """Select another run."""
        self._table.move_to(self._table.cursor + rows)
        self.repaint()

    def action_turn_page(self, direction: int) -> None:
        """Select the run a page further."""
        self.action_move(direction * self._list.page_size)

    def action_move_to_end(self, direction: int) -> None:
        """Select the first or the last run."""
        self.action_move(direction * len(self._table))

    def action_mark(self) -> None:
        """Mark the selected run."""
        self._table.mark()
        self.repaint()

    def action_sort(self) -> None:
        """Sort by the next column."""
        ids = [column.id for column in COLUMNS]
        self._sort_by(ids[(ids.index(self._table.order) + 1) % len(ids)])

    def action_reverse(self) -> None:
        """Reverse the order."""
        self._sort_by(self._table.order)

    @on(RunsPanel.ColumnChosen)
    def _choose_column(self, message: RunsPanel.ColumnChosen) -> None:
        self._sort_by(message.column)

    def _sort_by(self, column: str) -> None:
        self._table.sort_by(column)
        self.repaint()

    # --- the filter ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Leave the slash to the field of the filter while it has the focus."""
        return not (action == "edit_filter" and self._field.has_focus)

    def action_edit_filter(self) -> None:
        """Type a filter."""
        # At once, so that keys typed ahead are the filter's, and no commands.
        self.set_focus(self._field)

    @on(Input.Changed, "#filter")
    def _filter(self, message: Input.Changed) -> None:
        if message.value != self._table.filter_text:
            self._table.filter_by(message.value)
            self.repaint()

    @on(Input.Submitted, "#filter")
    def _keep_filter(self) -> None:
        self._list.focus()

    @on(LineInput.GivenUp, "#filter")
    def _drop_filter(self) -> None:
        self._field.value = ""
        self._list.focus()

    def action_back(self) -> None:
        """Clear the filter; if there is none, the marks."""
        if self._table.filter_text:
            self._field.value = ""
        else:
            self._table.unmark_all()
            self.repaint()

    # --- what the caller does ---

    def action_leave(self) -> None:
        """Quit."""
        self.host.leave(0)

    @on(RunsPanel.Opened)
    def action_open(self) -> None:
        """Open the dashboard of the selected run."""
        if run := self._usable():
            self._leave_for(Verb.OPEN, run)

    def action_watch(self) -> None:
        """Watch the policy of the selected run."""
        if run := self._usable():
            self._leave_for(Verb.WATCH, run)

    def action_resume(self) -> None:
        """Resume the selected run; ask to how many steps one that is complete is extended."""
        run = self._usable()
        if run is None:
            return
        if run.is_running:
            self._refuse(f"{run.name} is running: it cannot be resumed")
        elif run.total_steps and run.step >= run.total_steps:
            self._ask_for_steps(run, run.total_steps)
        else:
            self._leave_for(Verb.RESUME, run)

    def action_compare(self) -> None:
        """Compare the marked runs."""
        marked = [run for run in self._table.shown if run.path in self._table.marked]
        marked += [run for path in sorted(self._table.marked) if (run := self._table.get(path)) and run not in marked]
        if len(marked) < 2:
            self._refuse("mark two or more runs with space to compare them")
            return
        self._leave_for(Verb.COMPARE, *marked)

    def _usable(self) -> ListedRun | None:
        """Return the selected run; if it cannot be used, say why."""
        run = self._table.selected
        if run is None:
            self._refuse("no run is selected")
        elif run.state == "unreadable":
            self._refuse(run.problem or f"{run.name} cannot be read")
        else:
            return run
        return None

    def _leave_for(self, verb: Verb, *runs: ListedRun, total_steps: int | None = None) -> None:
        self.wish = Wish(verb, tuple(run.path for run in runs), total_steps)
        self.host.leave(0)

    def _ask_for_steps(self, run: ListedRun, steps: int) -> None:
        def extend(answer: str | None) -> None:
            if answer is None:
                return
            digits = answer.strip().replace(",", "").replace("_", "")
            if not digits.isdecimal() or len(digits) > 12 or int(digits) <= steps:
                self._refuse(f"steps must be a whole number > {steps:,}, got {answer[:40]!r}")
            else:
                self._leave_for(Verb.RESUME, run, total_steps=int(digits))

        hint = f"{run.name} is complete with {steps:,} steps."
        self.app.push_screen(PromptScreen(self.scene, "Extend it to how many steps?", hint, str(2 * steps)), extend)

    # --- what changes the run folder ---

    def action_copy_path(self) -> None:
        """Copy the path of the selected run."""
        if run := self._table.selected:
            self.host.copy_path(run.path)

    def action_edit_tags(self) -> None:
        """Give the selected run tags."""
        if run := self._table.selected:
            hint = f"Words with blanks between them, for {run.name}."
            self._edit("Tags", hint, " ".join(run.tags), lambda text: self._note(run, tags=text.split()))

    def action_edit_note(self) -> None:
        """Write a note on the selected run."""
        if run := self._table.selected:
            self._edit("Note", f"A line on {run.name}.", run.note, lambda text: self._note(run, note=text.strip()))

    def _edit(self, title: str, hint: str, value: str, use: Callable[[str], None]) -> None:
        def take(text: str | None) -> None:
            if text is not None:
                use(text)

        self.app.push_screen(PromptScreen(self.scene, title, hint, value), take)

    def _note(self, run: ListedRun, tags: list[str] | None = None, note: str | None = None) -> None:
        tags, note = list(run.tags) if tags is None else tags, run.note if note is None else note
        self._do(run, lambda: self._library.write_notes(run.path, tags, note))

    def action_prune(self) -> None:
        """Remove old checkpoints of the selected run, after a question."""
        if (run := self._idle("pruned")) is None:
            return
        try:
            old = self._library.find_prunable(run.path)
        except UsageError as error:
            self._refuse(str(error))
            return
        if old.count == 0:
            self._refuse(f"{run.name} has no old checkpoints: the newest and the best are kept")
            return
        what = "1 old checkpoint" if old.count == 1 else f"{old.count:,} old checkpoints"
        lines = [f"{what} of {run.name}: {size(old.size_bytes)}.", "The newest and the best are kept."]
        self._ask("Remove old checkpoints?", lines, f"Remove {what}", lambda: self._prune(run))

    def _prune(self, run: ListedRun) -> None:
        self._do(run, lambda: self._library.prune(run.path), "Old checkpoints removed")

    def action_delete(self) -> None:
        """Delete the selected run, after a question."""
        if (run := self._idle("deleted")) is None:
            return
        try:
            size_bytes = self._library.measure(run.path)
        except UsageError as error:
            self._refuse(str(error))
            return
        lines = [run.name, f"{size(size_bytes)} on the disk, with all its checkpoints. This cannot be undone."]
        self._ask("Delete this run?", lines, "Delete it", lambda: self._delete(run))

    def _delete(self, run: ListedRun) -> None:
        self._do(run, lambda: self._library.delete(run.path), "Deleted")

    def _idle(self, verb: str) -> ListedRun | None:
        """Return the selected run; if it is being trained, say that it cannot be changed."""
        run = self._table.selected
        if run is None:
            self._refuse("no run is selected")
        elif run.is_running:
            self._refuse(f"{run.name} is running: it cannot be {verb}")
            return None
        return run

    def _ask(self, title: str, lines: list[str], yes: str, do: Callable[[], None]) -> None:
        def answer(is_yes: bool | None) -> None:
            if is_yes:
                do()

        self.app.push_screen(QuestionScreen(title, lines, yes, is_ascii=self.scene.is_ascii), answer)

    def _do(self, run: ListedRun, change: Callable[[], object], done: str = "") -> None:
        """Change a run folder, and say how it ended."""
        try:
            change()
        except UsageError as error:
            self._refuse(str(error))
        else:
            if done:
                self.host.notify(plain(base_name(run.path)), title=done, timeout=3)
        self._reader.look_again(run.path)
