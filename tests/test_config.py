"""Settings: their bounds, their errors, assignments, and TOML."""

from __future__ import annotations

import datetime
import json
import math
import tomllib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dqn_tui import key_names
from dqn_tui.config import Config, change_config, merge_settings, parse_assignment, parse_config, to_toml
from dqn_tui.errors import SettingError, UsageError
from dqn_tui.plain_values import make_table
from tests.helpers import one_line


def refuse(values: dict[str, Any]) -> str:
    """Return the one line with which settings are refused."""
    with pytest.raises(UsageError) as caught:
        parse_config(values)
    return one_line(str(caught.value))


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("env", "", "non-empty string"),
        ("env", 5, "string"),
        ("seed", -1, ">= 0"),
        ("seed", 2**31, "< 2,147,483,648"),
        ("seed", "one", "whole number"),
        ("device", "tpu", "'auto', 'cpu' or 'cuda'"),
        ("total_timesteps", 0, ">= 1"),
        ("total_timesteps", 1.5, "whole number"),
        ("net_arch", 64, "a list of at most 64 whole numbers"),
        ("net_arch", True, "a list of at most 64 whole numbers"),
        ("net_arch", [True], "a list of at most 64 whole numbers"),
        ("net_arch", [64, 0], ">= 1"),
        ("double", "perhaps", "true or false"),
        ("gamma", 1.01, "<= 1"),
        ("gamma", -0.1, ">= 0"),
        ("gamma", float("nan"), ""),
        ("n_steps", 0, ">= 1"),
        ("learning_rate", 0, "> 0"),
        ("learning_rate", -1e-3, "> 0"),
        ("learning_rate", "fast", "lin_"),
        ("learning_rate", "lin_", "lin_"),
        ("learning_rate", "lin_0", "lin_"),
        ("learning_rate", "lin_nan", "lin_"),
        ("learning_rate", "exp_1e-3", "lin_"),
        ("learning_rate", float("inf"), ""),
        ("batch_size", 0, ">= 1"),
        ("batch_size", True, "number"),
        ("buffer_size", 0, ">= 1"),
        ("learning_starts", -1, ">= 0"),
        ("train_freq", 0, ">= 1"),
        ("gradient_steps", 0, ">= 1"),
        ("gradient_steps", -2, "-1"),
        ("target_update_interval", 0, ">= 1"),
        ("tau", 0, "> 0"),
        ("tau", 1.5, "<= 1"),
        ("max_grad_norm", 0, ">= 1e-09"),
        ("exploration_fraction", 1.5, "<= 1"),
        ("exploration_initial_eps", 1.5, "<= 1"),
        ("exploration_final_eps", -0.1, ">= 0"),
        ("eval_every", -1, ">= 0"),
        ("eval_episodes", 0, ">= 1"),
        ("eval_max_steps", 0, ">= 1"),
        ("goal", "high", "number"),
        ("save_every", -1, ">= 0"),
        ("keep_last", 0, ">= 1"),
        ("log_every", -1, ">= 0"),
        ("env_kwargs", 3, "a table of plain values"),
        ("crop", [1, 2, 3], "[top, bottom, left, right]"),
        ("crop", [1, 2, 3, -1], "[top, bottom, left, right]"),
        ("resize", [84], "[height, width]"),
        ("resize", [84, 0], "[height, width]"),
        ("resize", [True, False], "[height, width]"),
        ("action_bins", 1, "from 2 to 1,000"),
        ("observation_keys", "image", "a list of entries"),
        ("observation_keys", [""], "a list of entries"),
        ("frame_skip", 0, ">= 1"),
        ("time_limit", -1, ">= 0"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_its_key_its_value_and_what_is_allowed(
    key: str, value: Any, allowed: str
) -> None:
    message = refuse({key: value})
    assert message.startswith(key)
    assert allowed in message
    shown = value[-1] if isinstance(value, list) else value
    assert str(shown).lower() in message.lower()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", 0),
        ("seed", 2**31 - 1),
        ("gamma", 0),
        ("gamma", 1),
        ("learning_starts", 0),
        ("gradient_steps", -1),
        ("tau", 1),
        ("net_arch", []),
        ("exploration_fraction", 0),
        ("eval_every", 0),
        ("learning_rate", "lin_1e-3"),
    ],
)
def test_values_at_the_bounds_are_accepted(key: str, value: Any) -> None:
    config = parse_config({key: value})
    assert getattr(config, key) == (tuple(value) if isinstance(value, list) else value)


@pytest.mark.parametrize(
    "assignment",
    [
        f"total_timesteps={'9' * 400}",
        f"total_timesteps={'9' * 4_400}",
        f"n_steps={'1' * 320}",
        f"net_arch=[{'9' * 4_400}]",
        f"net_arch={'[' * 2_000}{']' * 2_000}",
        f"net_arch={[1] * 100_000}",
        "net_arch=[1000000000]",
        "frame_stack=1000000",
        "seed=0x" + "f" * 5_000,
        "gamma=" + "9" * 400,
        "v_max=1e39",
        "v_min=-1e39",
        "noisy_std=1e300",
        "munchausen_clip=-1e300",
        "munchausen_tau=1e-50",
        "reward_scale=1e-50",
        "adam_eps=1e-300",
        "max_grad_norm=1e39",
        "learning_rate=1e300",
        "learning_rate=lin_1e300",
    ],
    ids=lambda text: text[:24],
)
def test_absurd_numbers_are_refused_in_one_short_line(assignment: str) -> None:
    key, value = parse_assignment(assignment)
    message = refuse({key: value})
    assert message.startswith(f"{key} must be ")
    assert len(message) < 250


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("lr", "learning_rate"),
        ("total-timesteps", "total_timesteps"),
        ("Timesteps", "total_timesteps"),
        ("hidden", "net_arch"),
        ("eps_start", "exploration_initial_eps"),
        ("eps_decay", "exploration_fraction"),
        ("learning_rat", "learning_rate"),
        ("BATCH_SIZE", "batch_size"),
    ],
)
def test_an_unknown_key_is_refused_with_the_key_that_it_may_stand_for(word: str, expected: str) -> None:
    message = refuse({word: 1})
    assert message.startswith(f"unknown key '{word}'; did you mean ")
    assert expected in message


def test_a_key_like_no_other_is_refused_with_where_to_find_them_all() -> None:
    assert refuse({"zzz": 1}) == "unknown key 'zzz'; see `dqn-tui settings`"


def test_suggested_keys_exist() -> None:
    names = {key for keys in key_names._OTHER_NAMES.values() for key in keys}
    assert names <= Config.model_fields.keys()
    assert not key_names._OTHER_NAMES.keys() & Config.model_fields.keys()


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"gamma": 2}, ("gamma",)),
        ({"net_arch": [0]}, ("net_arch",)),
        ({"double": 3}, ("double",)),
        ({"gamma": True}, ("gamma",)),
        ({"nothing": 1}, ("nothing",)),
        ({"buffer_size": 10}, ("buffer_size", "batch_size")),
        (
            {"exploration_final_eps": 1, "exploration_initial_eps": 0},
            ("exploration_final_eps", "exploration_initial_eps"),
        ),
        ({"distribution": "c51", "v_max": -20}, ("v_max", "v_min")),
    ],
)
def test_an_error_about_a_setting_carries_its_keys(values: dict[str, Any], keys: tuple[str, ...]) -> None:
    with pytest.raises(SettingError) as caught:
        parse_config(values)
    assert (caught.value.keys, caught.value.key) == (keys, keys[0])


def test_a_key_that_cannot_change_at_resume_is_refused_with_both_values() -> None:
    with pytest.raises(SettingError, match=r"^gamma cannot change when a run is resumed: it is 0\.99, got 0\.5$"):
        change_config(Config(), {"gamma": 0.5})
    assert change_config(Config(), {"batch_size": 32}).batch_size == 32


def test_settings_that_do_not_fit_together_are_refused_with_both_values() -> None:
    message = refuse({"buffer_size": 10, "batch_size": 32})
    assert all(word in message for word in ("buffer_size", "10", "batch_size", "32"))
    message = refuse({"exploration_initial_eps": 0.1, "exploration_final_eps": 0.5})
    assert all(word in message for word in ("exploration_final_eps", "0.5", "exploration_initial_eps", "0.1"))


def test_a_settings_object_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Config().seed = 2  # type: ignore[misc]


def test_minus_one_gradient_steps_means_one_per_step() -> None:
    assert parse_config({"train_freq": 7, "gradient_steps": -1}).updates_per_burst == 7
    assert parse_config({"train_freq": 7, "gradient_steps": 2}).updates_per_burst == 2


# --- KEY=VALUE ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gamma=0.5", ("gamma", 0.5)),
        (" gamma = 0.5 ", ("gamma", 0.5)),
        ("net_arch=[64, 64]", ("net_arch", [64, 64])),
        ("env=CartPole-v1", ("env", "CartPole-v1")),
        ("env=ALE/Pong-v5", ("env", "ALE/Pong-v5")),
        ("learning_rate=lin_1e-3", ("learning_rate", "lin_1e-3")),
        ("learning_rate=1e-3", ("learning_rate", 1e-3)),
        ("double=false", ("double", False)),
        ('env="a=b"', ("env", "a=b")),
        ("env=a=b", ("env", "a=b")),
        ("env=", ("env", "")),
    ],
)
def test_an_assignment_is_a_key_and_toml_or_a_bare_word(text: str, expected: tuple[str, Any]) -> None:
    assert parse_assignment(text) == expected


@pytest.mark.parametrize("text", ["gamma", "", "=1", " =1"])
def test_an_assignment_without_key_or_equals_sign_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="KEY=VALUE"):
        parse_assignment(text)


# --- TOML ---

FRACTION = st.floats(0, 1)
POSITIVE = st.floats(1e-6, 1e3)
COUNT = st.integers(1, 10**9)
RATE = POSITIVE | st.floats(1e-12, 1.0).map(lambda rate: f"lin_{rate!r}")
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "env": st.text(min_size=1),
        "seed": st.integers(0, 2**31 - 1),
        "total_timesteps": COUNT,
        "net_arch": st.lists(st.integers(1, 512), max_size=4),
        "double": st.booleans(),
        "gamma": FRACTION,
        "learning_rate": RATE,
        "batch_size": st.integers(1, 100),
        "gradient_steps": COUNT | st.just(-1),
        "tau": st.floats(0, 1, exclude_min=True),
        "max_grad_norm": POSITIVE,
        "exploration_fraction": FRACTION,
        "exploration_final_eps": FRACTION,
        "goal": st.none() | st.floats(-1e9, 1e9),
        "until_solved": st.booleans(),
        "save_every": st.integers(0, 10**9),
    },
)


@given(values=SETTINGS)
@example(values={"env": 'quote " backslash \\ tab \t newline \n'})
@example(values={"env": "delete \x7f"})
@example(values={"env": "beyond the basic plane \U0001f600"})
def test_settings_survive_toml(values: dict[str, Any]) -> None:
    config = parse_config(values)
    assert parse_config(tomllib.loads(to_toml(config))) == config


def test_toml_has_every_key_that_has_a_value() -> None:
    written = tomllib.loads(to_toml(parse_config({"goal": 3})))
    assert written.keys() == Config.model_fields.keys()


@pytest.mark.parametrize(
    "value", [datetime.date(2026, 1, 1), math.inf, 2**70, None, {"deep": {"deeper": [open]}}, {1: 2}, object()]
)
def test_arguments_of_an_environment_are_plain_values(value: Any) -> None:
    assert refuse({"env_kwargs": {"key": value}}).startswith("env_kwargs must be a table of plain values")


def test_too_many_or_too_deep_arguments_are_refused() -> None:
    deep: Any = 1
    for _ in range(20):
        deep = {"inner": deep}
    for value in (deep, list(range(20_000))):
        assert refuse({"env_kwargs": {"key": value}}).startswith("env_kwargs must be a table")


PLAIN = st.recursive(
    st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), PLAIN, max_size=4))
def test_arguments_of_an_environment_survive_toml_and_json(arguments: dict[str, Any]) -> None:
    config = parse_config({"env_kwargs": arguments})
    assert parse_config(tomllib.loads(to_toml(config))) == config
    assert parse_config(json.loads(json.dumps(config.model_dump(mode="json")))) == config


def test_tables_of_two_layers_are_merged_entry_by_entry() -> None:
    weaker = {"gamma": 0.5, "env_kwargs": {"a": 1, "b": {"c": 2, "d": 3}, "e": {"f": 4}}}
    stronger = {"env_kwargs": {"b": {"c": 5}, "e": 6, "g": {"h": 7}}}
    merged = merge_settings(weaker, stronger)
    assert merged == {"gamma": 0.5, "env_kwargs": {"a": 1, "b": {"c": 5, "d": 3}, "e": 6, "g": {"h": 7}}}
    assert weaker["env_kwargs"] == {"a": 1, "b": {"c": 2, "d": 3}, "e": {"f": 4}}


def test_dotted_keys_make_nested_tables() -> None:
    pairs = [("a", 1), ("config.lanes", 3), ("config.deep.er", "x")]
    assert make_table(pairs, "--env-arg") == {"a": 1, "config": {"lanes": 3, "deep": {"er": "x"}}}


@pytest.mark.parametrize("pairs", [[("a", 1), ("a.b", 2)], [("a..b", 1)], [(".a", 1)], [("a.", 1)]])
def test_a_dotted_key_that_names_no_entry_is_refused(pairs: list[tuple[str, Any]]) -> None:
    with pytest.raises(UsageError, match="--env-arg takes KEY=VALUE"):
        make_table(pairs, "--env-arg")
