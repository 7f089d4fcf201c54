"""Time to write and to read a journal: events by msgspec against the same events by pydantic, and `json` alone."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Union

import msgspec
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from dqn_tui.event_json import from_json, to_json
from dqn_tui.events import KINDS, Event, Progress
from dqn_tui.runs.journal import read_journal
from dqn_tui.view.run_view import RunView
from tests.benchmarks.measure import describe_machine
from tests.benchmarks.viewer_memory import write_journal


def make_pydantic_reader() -> Callable[[bytes], Any]:
    """The same classes of events as pydantic models, told apart by their name; metrics are extra keys."""
    models = tuple(_make_model(kind) for kind in KINDS)
    union = Annotated[Union[models], Field(discriminator="event")]  # type: ignore[valid-type]  # noqa: UP007
    adapter: TypeAdapter[Any] = TypeAdapter(union)
    return adapter.validate_json


def _make_model(kind: type[Event]) -> type[BaseModel]:
    tag = str(kind.__struct_config__.tag)
    fields: dict[str, Any] = {"event": (Literal[tag], ...)}
    for item in msgspec.structs.fields(kind):
        if not (kind is Progress and item.name == "metrics"):
            is_required = item.default is msgspec.NODEFAULT and item.default_factory is msgspec.NODEFAULT
            # The bounds of msgspec's annotations mean nothing to pydantic; the bare types do.
            bare = getattr(item.type, "__origin__", item.type) if hasattr(item.type, "__metadata__") else item.type
            fields[item.name] = (bare, ... if is_required else None)
    extra: Literal["allow", "ignore"] = "allow" if kind is Progress else "ignore"
    return create_model(kind.__name__, __config__=ConfigDict(extra=extra, frozen=True), **fields)


def measure(name: str, work: Callable[[Any], Any], items: Iterable[Any], count: int) -> None:
    """Print the time of `work` for each item."""
    started = time.perf_counter()
    for item in items:
        work(item)
    seconds = time.perf_counter() - started
    print(f"{name:<34} {seconds:8.2f} s {1e6 * seconds / count:8.2f} us an event", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000_000)
    options = parser.parse_args()
    print(f"journal: {describe_machine()}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.jsonl"
        count = write_journal(path, options.steps)
        lines = path.read_bytes().splitlines(keepends=True)
        print(f"{options.steps:,} steps, {count:,} events, {path.stat().st_size / 1e6:.1f} MB")
        measure("read: msgspec (from_json)", from_json, lines, count)
        measure("read: pydantic", make_pydantic_reader(), lines, count)
        measure("read: json.loads, nothing checked", json.loads, lines, count)
        told = [from_json(line) for line in lines]
        measure("write: to_json", to_json, told, count)
        view = RunView()
        measure("journal into a RunView", view.apply, read_journal(path), count)


if __name__ == "__main__":
    main()
