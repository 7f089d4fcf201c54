"""The settings that editors know are those that there are."""

from __future__ import annotations

import inspect
from typing import get_type_hints

import pytest
from pydantic import TypeAdapter

from dqn_tui import Run, train
from dqn_tui.api.settings_types import Settings
from dqn_tui.config import Config

NAMED = {"env", "wrappers", "total_timesteps"}
TYPES = get_type_hints(Settings)


def test_every_setting_is_a_keyword_argument() -> None:
    assert list(TYPES) == [key for key in Config.model_fields if key not in NAMED]
    assert set(inspect.signature(train).parameters) >= NAMED
    assert not TYPES.keys() & (inspect.signature(train).parameters.keys() | inspect.signature(Run.resume).parameters)


@pytest.mark.parametrize("key", TYPES)
def test_its_type_takes_what_the_setting_takes(key: str) -> None:
    declared = TypeAdapter(TYPES[key])
    for value in (Config.model_fields[key].default, getattr(Config(), key)):
        declared.validate_python(value, strict=key != "goal")
    schema, own = declared.json_schema(), Config.model_json_schema()["properties"][key]
    assert schema.get("enum") == own.get("enum")
