"""Imports point down only: the table of the design, held to every import, also those inside functions and for types."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import dqn_tui

ROOT = Path(dqn_tui.__file__).parent
PACKAGE = "dqn_tui"

GROUND = {
    "errors",
    "events",
    "event_json",
    "control",
    "config",
    "seeding",
    "spaces",
    "rollout",
    "key_map",
    "playing",
    "probe_report",
    "policy_choice",
    "value_pictures",
    "run_source",
    "collector",
    "work_clock",
    "parent_death",
}
LAYERS = {
    "settings",
    "zoo",
    "zoo_wrappers",
    "plain_yaml",
    "config_file",
    "plain_values",
    "toml_text",
    "bounds",
    "key_names",
    "approval",
    "literal_calls",
}
VIEWERS = {"view", "events", "event_json", "control", "config", "errors"}
ALL = (
    GROUND
    | LAYERS
    | {"preferences", "dqn", "envs", "runs", "attach", "exports", "training", "view", "headless", "ui", "commands"}
    | {"operations", "api", "web", PACKAGE}
)

# unit: what it may import from the package, and from third parties
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    PACKAGE: ({"api", "errors"}, set()),
    "__main__": ({"cli"}, set()),
    "errors": (set(), set()),
    "events": (set(), {"msgspec"}),
    "event_json": ({"events"}, {"msgspec"}),
    "seeding": (set(), {"numpy"}),
    "collector": (set(), set()),
    "work_clock": (set(), set()),
    "parent_death": (set(), set()),
    "rollout": (set(), {"numpy"}),
    "policy_choice": (set(), set()),
    "spaces": (set(), set()),
    "key_map": (set(), set()),
    "playing": ({"key_map", "rollout"}, set()),
    "probe_report": (set(), {"numpy"}),
    "value_pictures": ({"policy_choice"}, {"numpy"}),
    "control": ({"events", "rollout", "value_pictures"}, set()),
    "preferences": (set(), {"platformdirs"}),
    "bounds": (set(), {"pydantic"}),
    "key_names": ({"errors"}, set()),
    "plain_values": ({"errors"}, set()),
    "toml_text": (set(), set()),
    "approval": (set(), set()),
    "config": ({"errors", "bounds", "key_names", "plain_values", "toml_text"}, {"pydantic"}),
    "config_file": ({"errors"}, set()),
    "plain_yaml": ({"errors", "config_file"}, {"yaml"}),
    # Families know their ids without Gymnasium.
    "zoo": ({"errors", "plain_yaml", "envs", "zoo_wrappers"}, set()),
    "literal_calls": (set(), set()),
    "zoo_wrappers": ({"errors", "approval", "literal_calls"}, set()),
    "settings": ({"errors", "approval", "config", "bounds", "key_names", "config_file", "zoo"}, set()),
    "dqn": ({"errors", "config", "seeding", "spaces"}, {"torch", "numpy"}),
    "envs": (
        {"errors", "config", "key_map", "seeding", "spaces", "parent_death"}
        | {"approval", "literal_calls", "plain_values", "toml_text"},
        {"gymnasium", "numpy", "cloudpickle"},
    ),
    "runs": (
        {"dqn", "run_source", "rollout", "events", "event_json", "config", "errors", "spaces", "toml_text"},
        {"numpy", "safetensors", "pydantic"},
    ),
    "attach": (
        {"control", "events", "event_json", "errors", "rollout", "value_pictures", "runs"},
        {"msgspec"},
    ),
    "training": (GROUND | {"dqn", "envs", "runs"}, {"torch", "numpy", "psutil", "pynvml"}),
    "web": ({"view"}, {"aiohttp", "textual_serve"}),
    "view": (
        {"events", "config", "errors", "key_names", "rollout", "value_pictures", "probe_report", "run_source"},
        {"numpy", "msgspec"},
    ),
    "run_source": ({"events"}, set()),
    "exports": (
        {"runs", "events", "errors", "view", "dqn", "config", "spaces"},
        {"tensorboard", "pyarrow", "wandb", "matplotlib", "numpy", "pandas", "torch", "onnx"}
        | {"PIL", "imageio_ffmpeg"},
    ),
    "headless": (VIEWERS, {"rich"}),
    "ui": (
        VIEWERS
        | {"toml_text", "rollout", "policy_choice", "value_pictures", "preferences", "work_clock", "run_source"}
        | {"playing", "key_map", "probe_report"},
        {"textual", "rich", "numpy"},
    ),
    "operations": (
        GROUND | LAYERS | {"dqn", "envs", "runs", "attach", "exports", "training", "view"},
        {"numpy"},
    ),
    "api": (
        GROUND | LAYERS | {"operations", "dqn", "envs", "runs", "exports", "training", "view", "headless"},
        {"numpy", "pandas"},
    ),
    "commands": (ALL, {"rich"}),
    "cli": (ALL, {"typer"}),
}
# What `--help` must never wait for.
HEAVY = {
    "torch",
    "gymnasium",
    "textual",
    "rich",
    "safetensors",
    "tensorboard",
    "pyarrow",
    "wandb",
    "aiohttp",
    "textual_serve",
    "PIL",
    "imageio_ffmpeg",
}


class Import(NamedTuple):
    """One import: of a module of the package (`dqn_tui.x.y`) or of a third party's package (`numpy`)."""

    module: str
    line: int
    is_at_top: bool


def _name(path: Path) -> str:
    parts = [PACKAGE, *path.relative_to(ROOT).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(path): path for path in sorted(ROOT.rglob("*.py"))}


def _unit(module: str) -> str:
    return module.split(".")[1] if "." in module else PACKAGE


@cache
def _imports(module: str) -> tuple[Import, ...]:
    tree = ast.parse(MODULES[module].read_text())
    return tuple(_walk(tree, is_at_top=True))


def _walk(node: ast.AST, *, is_at_top: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        is_deferred = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _is_for_types(child)
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield from _resolve(alias.name, child.lineno, is_at_top)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            assert child.module is not None
            for alias in child.names:
                full = f"{child.module}.{alias.name}"
                yield from _resolve(full if full in MODULES else child.module, child.lineno, is_at_top)
        yield from _walk(child, is_at_top=is_at_top and not is_deferred)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _resolve(name: str, line: int, is_at_top: bool) -> Iterator[Import]:
    root = name.split(".")[0]
    if root == PACKAGE:
        assert name in MODULES, f"{name} is no module"
        yield Import(name, line, is_at_top)
    elif root not in sys.stdlib_module_names:
        yield Import(root, line, is_at_top)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_the_table_allows(module: str) -> None:
    unit = _unit(module)
    assert unit in ALLOWED, f"{unit} is not in the table"
    inside, outside = ALLOWED[unit]
    wrong = []
    for item in _imports(module):
        name, allowed = (_unit(item.module), inside | {unit}) if item.module in MODULES else (item.module, outside)
        if name not in allowed:
            wrong.append(f"{MODULES[module].relative_to(ROOT)}:{item.line} imports {item.module}")
    assert wrong == []


def test_a_module_of_the_user_interface_shares_its_name_with_no_other() -> None:
    names = [module.rpartition(".")[2] for module in MODULES]
    shared = [module for module in MODULES if _unit(module) == "ui" and names.count(module.rpartition(".")[2]) > 1]
    assert shared == []


@pytest.mark.parametrize("names", [MODULES, ALLOWED], ids=["modules", "units"])
def test_no_circle_of_imports_not_even_a_hidden_one(names: dict[str, object]) -> None:
    is_by_unit = names is ALLOWED
    below: dict[str, set[str]] = {name: set() for name in names}
    for module in MODULES:
        source = _unit(module) if is_by_unit else module
        for item in _imports(module):
            if item.module in MODULES:
                target = _unit(item.module) if is_by_unit else item.module
                below[source] |= {target} - {source}
    # Take away, floor by floor, what stands on nothing that is left; a circle never comes free.
    while free := [name for name, targets in below.items() if not targets]:
        for name in free:
            del below[name]
        for targets in below.values():
            targets.difference_update(free)
    assert below == {}


def _reached_at_import(module: str, seen: set[str]) -> set[str]:
    """The third-party packages that importing a module imports."""
    if module in seen:
        return set()
    seen.add(module)
    reached = set()
    for item in _imports(module):
        if item.is_at_top:
            reached |= _reached_at_import(item.module, seen) if item.module in MODULES else {item.module}
    return reached


@pytest.mark.parametrize(
    "module", [name for name in MODULES if _unit(name) in ("cli", "commands", "operations", "__main__", PACKAGE)]
)
def test_the_command_line_imports_heavy_things_only_inside_functions(module: str) -> None:
    assert _reached_at_import(module, set()) & HEAVY == set()


def test_viewers_never_reach_torch_or_gymnasium_by_any_path() -> None:
    for module in MODULES:
        if _unit(module) in ("view", "ui", "headless"):
            assert _reached_at_import(module, set()) & {"torch", "gymnasium"} == set(), module


@pytest.mark.parametrize(
    "module",
    [
        "commands.browse_runs",
        "commands.list_runs",
        "commands.run_library",
        "runs.summaries",
        "runs.curve",
        "runs.disk_size",
        "ui.app.application",
        "ui.run_list.runs_screen",
    ],
)
def test_the_list_of_runs_is_on_the_screen_without_numpy_and_yaml(module: str) -> None:
    assert _reached_at_import(f"dqn_tui.{module}", set()) & {"numpy", "safetensors", "torch", "yaml"} == set()


def test_what_wires_the_background_run_starts_without_torch() -> None:
    assert _reached_at_import("dqn_tui.training.background", set()) & {"torch", "gymnasium"} == set()


def test_the_readmes_tables_of_keys_and_panes_are_the_dashboards_own() -> None:
    from dqn_tui.ui.dashboard.pane import pane_table_markdown
    from dqn_tui.ui.dashboard.panes import PANES
    from dqn_tui.ui.keys.key import key_table_markdown
    from dqn_tui.ui.keys.readme_keys import README_KEYS
    from dqn_tui.ui.keys.run_list_keys import QUESTION_KEYS, RUN_LIST_KEYS

    readme = (ROOT.parent / "README.md").read_text(encoding="utf-8")
    assert key_table_markdown(README_KEYS) in readme
    assert key_table_markdown((*RUN_LIST_KEYS, *QUESTION_KEYS)) in readme
    assert pane_table_markdown(PANES) in readme
