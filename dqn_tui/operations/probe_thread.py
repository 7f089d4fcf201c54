"""A probe on its own thread, for a screen that looks on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from dqn_tui.config import Config
from dqn_tui.errors import UsageError, read_message

if TYPE_CHECKING:
    from dqn_tui.envs.environment import Environment
    from dqn_tui.probe_report import ProbeReport

REPORT_SECONDS = 0.2


class ProbeThread:
    """Probes an environment; a report follows every `REPORT_SECONDS`.

    Args:
        config: the settings that would be trained with.
        steps: to be taken at least.
        seed: of resets and actions.
        imports: modules that register environments.
        warn: takes what the user should know, in one line.
        on_failure: called on the thread if the environment cannot be made.

    Attributes:
        failure: why it cannot be made.
    """

    def __init__(
        self,
        config: Config,
        *,
        steps: int,
        seed: int,
        imports: tuple[str, ...] = (),
        warn: Callable[[str], None] = lambda _: None,
        on_failure: Callable[[], None] = lambda: None,
    ) -> None:
        self._config, self._steps, self._seed = config, steps, seed
        self._imports, self._warn, self._on_failure = imports, warn, on_failure
        self._report: ProbeReport | None = None
        self._error: str | None = None
        self._is_closed = self._is_loaded = False
        self._last_step = self._last_report = 0.0
        self._thread = threading.Thread(target=self._run, name="probe", daemon=True)
        self.failure: UsageError | None = None

    @property
    def report(self) -> ProbeReport | None:
        """The newest report; None before the first."""
        return self._report

    @property
    def error(self) -> str | None:
        """Why it ended early."""
        return self._error

    @property
    def busy_seconds(self) -> float:
        """Seconds since the last step, while it runs."""
        is_running = self._is_loaded and self._thread.is_alive()
        return monotonic() - self._last_step if is_running else 0.0

    def start(self) -> None:
        """Make the environment and begin."""
        self._thread.start()

    def close(self) -> None:
        """End it; return at once."""
        self._is_closed = True

    def join(self, seconds: float) -> bool:
        """Wait for it to end, but not for loading; return whether it did within `seconds`."""
        if not self._is_loaded:
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        from dqn_tui.operations.probing import open_environment

        try:
            environment = open_environment(self._config, self._imports, self._warn)
        except BaseException as error:  # noqa: BLE001 - an environment may raise anything
            self.failure = error if isinstance(error, UsageError) else None
            self._error = str(error) if self.failure else _describe(error)
            self._on_failure()
            return
        self._is_loaded, self._last_step = True, monotonic()
        try:
            try:
                self._probe(environment)
            finally:
                environment.close()
        except BaseException as error:  # noqa: BLE001 - foreign code ends the probe, not the screen
            self._error = _describe(error)

    def _probe(self, environment: Environment) -> None:
        from dqn_tui.operations.probing import probe

        self._report = probe(
            environment,
            self._config,
            steps=self._steps,
            seed=self._seed,
            should_continue=lambda: not self._is_closed,
            on_news=self._take_news,
        )

    def _take_news(self, make_report: Callable[[], ProbeReport]) -> None:
        self._last_step = monotonic()
        if self._last_step - self._last_report >= REPORT_SECONDS:
            self._report = make_report()
            self._last_report = self._last_step


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {read_message(error)}".splitlines()[0]
