"""The list of settings."""

from __future__ import annotations

import json

import pytest

from dqn_tui.commands.list_settings import list_settings
from dqn_tui.config import FIXED_KEYS, Config, parse_assignment, parse_config


def test_json_lists_every_key_with_its_default(capfd: pytest.CaptureFixture[str]) -> None:
    assert list_settings(as_json=True) == 0
    rows = json.loads(capfd.readouterr().out)
    assert {row["key"]: row["default"] for row in rows} == Config().model_dump(mode="json")
    assert {row["key"] for row in rows if not row["can_change"]} == set(FIXED_KEYS)
    assert all(row["allowed"] and row["meaning"] for row in rows)


def test_plain_table_has_one_line_per_key_whose_default_can_be_set(capfd: pytest.CaptureFixture[str]) -> None:
    assert list_settings(as_json=False) == 0
    header, *lines = capfd.readouterr().out.splitlines()
    assert header.split() == ["key", "default", "allowed", "resume", "meaning"]
    defaults = {line.split("  ")[0]: line.removeprefix(line.split("  ")[0]).strip().split("  ")[0] for line in lines}
    assert list(defaults) == list(Config.model_fields)
    named = dict(parse_assignment(f"{key}={value}") for key, value in defaults.items() if value != "-")
    assert parse_config(named) == Config()
