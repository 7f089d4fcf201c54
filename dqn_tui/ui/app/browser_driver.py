"""Textual's driver for browsers, hardened against a web server that is gone."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from textual.drivers.web_driver import WebDriver
from textual.messages import ExitApp


class BrowserDriver(WebDriver):
    """Draws on a pipe to a web server and reads keys from one; it leaves when the server is gone."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._write: Any = self._write_all

    def run_input_thread(self) -> None:
        """Read until the end of the input; otherwise a program that nobody can reach would run for ever."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(ExitApp())

    def _write_all(self, data: bytes) -> None:
        """Write all bytes; errors are ignored, since they would be taken for those of a widget."""
        rest = memoryview(data)
        with suppress(OSError):
            while rest:
                rest = rest[os.write(self.fileno, rest) :]
