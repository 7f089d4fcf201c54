"""The list of runs over a library in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from textual.pilot import Pilot

from dqn_tui.errors import UsageError
from dqn_tui.ui.app.application import DqnTuiApp
from dqn_tui.ui.run_list.library import FoundRun, Prunable
from dqn_tui.ui.run_list.run_reader import RunReader
from dqn_tui.ui.run_list.runs_screen import RunsScreen
from dqn_tui.view.listed_run import ListedRun
from dqn_tui.view.return_curve import ReturnCurve
from dqn_tui.view.run_table import RunTable
from tests.ui.helpers import screen_text

NOW = 1_000_000.0


class MemoryLibrary:
    """Runs in memory; records what is changed and how often each is read.

    Attributes:
        runs: by path, newest first.
        stamps: of the runs that changed.
        refusal: what all changes are refused with, if anything.
    """

    place = "runs"

    def __init__(self, *runs: ListedRun) -> None:
        self.runs = {run.path: run for run in runs}
        self.stamps: dict[str, int] = {}
        self.reads: list[str] = []
        self.refusal: str | None = None
        self.prunable = Prunable(3, 4 * 1024**2)
        self.pruned: list[str] = []

    def change(self, path: str, **facts: object) -> None:
        """Let a run change on the disk."""
        self.runs[path] = replace(self.runs[path], **facts)  # type: ignore[arg-type]
        self.stamps[path] = self.stamps.get(path, 0) + 1

    def find(self, running: Collection[str]) -> Sequence[FoundRun]:  # noqa: ARG002
        if self.refusal:
            raise UsageError(self.refusal)
        return [
            FoundRun(ListedRun(path, run.name, run.label, run.env, started_at=run.started_at), self.stamps.get(path))
            for path, run in self.runs.items()
        ]

    def read(self, path: str) -> ListedRun:
        self.reads.append(path)
        if path not in self.runs:
            raise UsageError(f"{path} is gone")
        return self.runs[path]

    def read_curve(self, path: str) -> ReturnCurve:  # noqa: ARG002
        return ReturnCurve([(0, 1.0), (100, 9.0)])

    def measure(self, path: str) -> int:  # noqa: ARG002
        return 5 * 1024**2

    def write_notes(self, path: str, tags: Sequence[str], note: str) -> None:
        self._refuse()
        self.change(path, tags=tuple(tags), note=note)

    def find_prunable(self, path: str) -> Prunable:  # noqa: ARG002
        return self.prunable

    def prune(self, path: str) -> int:
        self._refuse()
        self.pruned.append(path)
        return 3

    def delete(self, path: str) -> None:
        self._refuse()
        del self.runs[path]

    def _refuse(self) -> None:
        if self.refusal:
            raise UsageError(self.refusal)


def listed(name: str, **facts: object) -> ListedRun:
    """A run that is complete."""
    base = ListedRun(
        f"/runs/{name}",
        f"CartPole-v1__{name}",
        label=name,
        env="CartPole-v1",
        state="completed",
        started_at=NOW - 7_200,
        step=50_000,
        total_steps=50_000,
        best=437.2,
        settings={"gamma": 0.9},
        changes={"gamma": 0.9},
    )
    return replace(base, **facts)  # type: ignore[arg-type]


RUNS = (
    listed("live", state="running", step=27_400, best=99.5),
    listed("solved", state="solved", tags=("good",), note="Second try"),
    listed("cut", state="interrupted", step=1_000, best=None, env="Acrobot-v1"),
    listed("bad", state="unreadable", problem="events.jsonl is a symbolic link"),
)


@dataclass
class RunList:
    """A list on the screen, whose reader reads when the test looks."""

    app: DqnTuiApp
    screen: RunsScreen
    library: MemoryLibrary
    reader: RunReader
    table: RunTable
    pilot: Pilot[int]

    async def press(self, *keys: str) -> str:
        """Type, and return the screen."""
        await self.pilot.press(*keys)
        return await self.look()

    async def look(self) -> str:
        """Return the screen once everything that changed is read."""
        for _ in range(2):
            await self.pilot.pause()
            if self.app.is_running:
                self.reader.look()
                while self.reader.read_piece():
                    pass
                self.screen.tick()
        await self.pilot.pause()
        return screen_text(self.app)


@asynccontextmanager
async def run_list(
    *runs: ListedRun,
    size: tuple[int, int] = (120, 40),
    marker: str = "braille",
    table: RunTable | None = None,
    notice: str = "",
) -> AsyncIterator[RunList]:
    """Open a list of runs."""
    library = MemoryLibrary(*runs)
    table = RunTable() if table is None else table
    reader = RunReader(library, 10)
    screen = RunsScreen(library, reader, table, marker=marker, notice=notice, clock=lambda: NOW)
    app = DqnTuiApp(screen)
    async with app.run_test(size=size, notifications=True) as pilot:
        shown = RunList(app, screen, library, reader, table, pilot)
        await shown.look()
        yield shown
