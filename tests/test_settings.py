"""Settings: their layers, and presets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dqn_tui import settings
from dqn_tui.config import FIXED_KEYS, Config, parse_config
from dqn_tui.errors import UsageError
from dqn_tui.settings import describe_settings, load_config, preset_for, preset_names, read_preset, resolve_settings
from tests.helpers import one_line

NO_VARIABLES: dict[str, str] = {}


def test_each_layer_overrides_the_previous_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("gamma = 0.5\nbatch_size = 16\ntau = 0.5\nseed = 11\n")
    variables = {"DQN_TUI_BATCH_SIZE": "17", "DQN_TUI_TAU": "0.25", "HOME": "/", "DQN_TUI_SEED": "12"}
    # Those of a command that was started for an event are no settings.
    variables |= {"DQN_TUI_EVENT": "run_ended", "DQN_TUI_RUN": "runs/x"}
    config = load_config(file=file, variables=variables, flags={"tau": 0.125, "seed": 13})
    default, preset = Config(), read_preset("cartpole")
    assert preset["n_steps"] != default.n_steps
    assert config.max_grad_norm == default.max_grad_norm
    assert config.n_steps == preset["n_steps"]
    assert config.gamma == 0.5
    assert config.batch_size == 17
    assert (config.tau, config.seed) == (0.125, 13)


def test_the_preset_is_the_one_made_for_the_environment_from_whichever_layer() -> None:
    cartpole, other = read_preset("cartpole")["n_steps"], Config().n_steps
    assert load_config(variables=NO_VARIABLES).n_steps == cartpole
    assert load_config(variables=NO_VARIABLES, flags={"env": "Acrobot-v1"}).env == "Acrobot-v1"
    assert load_config(variables={"DQN_TUI_ENV": "Nobody-v7"}).n_steps == other
    assert load_config(variables=NO_VARIABLES, preset="cartpole").n_steps == cartpole


def test_without_any_setting_the_environment_is_cartpole() -> None:
    assert load_config(variables=NO_VARIABLES).env == "CartPole-v1"


def test_values_of_variables_are_toml_or_a_bare_word() -> None:
    variables = {
        "DQN_TUI_ENV": "Acrobot-v1",
        "DQN_TUI_NET_ARCH": "[8, 9]",
        "DQN_TUI_DOUBLE": "false",
        "DQN_TUI_LEARNING_RATE": "lin_1e-3",
    }
    config = load_config(variables=variables)
    assert (config.env, config.net_arch, config.double, config.learning_rate) == (
        "Acrobot-v1", (8, 9), False, "lin_1e-3"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            {"variables": {"DQN_TUI_BATCHSIZE": "32"}},
            ["unknown variable DQN_TUI_BATCHSIZE; did you mean DQN_TUI_BATCH_SIZE?"],
        ),
        ({"variables": {"DQN_TUI_ZZZ": "1"}}, ["unknown variable DQN_TUI_ZZZ", "DQN_TUI"]),
        ({"variables": {"DQN_TUI_GAMMA": "2"}}, ["DQN_TUI_GAMMA: gamma must be <= 1, got 2"]),
        ({"preset": "taxi", "flags": {"env": "CartPole-v1"}}, ["preset 'taxi' is for Taxi-v4, got env 'CartPole-v1'"]),
        ({"preset": "taxi", "variables": {"DQN_TUI_ENV": "Taxi-v3"}}, ["'taxi'", "Taxi-v4", "'Taxi-v3'"]),
        ({"preset": "atari", "flags": {"env": "MinAtar/Breakout-v1"}}, ["'atari'", "ALE/*-v5", "MinAtar/Breakout-v1"]),
        ({"preset": "cartpol"}, ["'cartpol'", "cartpole"]),
        ({"file": Path("/nowhere/mine.toml")}, ["/nowhere/mine.toml", "No such file"]),
        ({"file": Path("/")}, ["/", "directory"]),
        ({"flags": {"gamm": 1}}, ["gamm", "gamma"]),
    ],
)
def test_a_layer_that_cannot_be_used_is_refused_in_one_line(arguments: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        load_config(**{"variables": NO_VARIABLES} | arguments)
    message = one_line(str(caught.value))
    assert all(word in message for word in words)


@pytest.mark.parametrize(
    "content",
    [
        b"gamma = ",
        b"gamma",
        b"\xff\xfe",
        b"gamma = 1\ngamma = 2",
        b"seed = " + b"9" * 4_400,
        b"net_arch = " + b"[" * 2_000 + b"]" * 2_000,
        b"net_arch = " + b"[" * 100_000,
        b"#" * 1_000_001,
    ],
    ids=lambda content: content[:12].decode("ascii", "replace"),
)
def test_a_file_that_is_not_toml_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_config(file=file, variables=NO_VARIABLES)
    assert str(file) in one_line(str(caught.value))


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_valid_and_found_by_its_environment(name: str) -> None:
    values = read_preset(name)
    env = values.get("env", "CartPole-v1").replace("*", "Pong")
    expected = parse_config(preset_for(env) | values | {"env": env})
    assert load_config(preset=name, variables=NO_VARIABLES, flags={"env": env}) == expected
    assert "env" not in values or preset_for(env) == values | {"env": env}


def test_a_preset_for_a_group_of_environments_needs_an_environment() -> None:
    with pytest.raises(UsageError) as caught:
        load_config(preset="minatar", variables=NO_VARIABLES)
    assert "MinAtar/*-v1" in one_line(str(caught.value))
    config = load_config(variables=NO_VARIABLES, flags={"env": "MinAtar/Freeway-v1"})
    assert (config.env, config.encoder) == ("MinAtar/Freeway-v1", "minatar")


def test_rainbow_turns_on_the_six_extensions_on_top_of_the_environments_own_preset() -> None:
    config = load_config(preset="rainbow", variables=NO_VARIABLES)
    assert all((config.double, config.dueling, config.prioritized, config.noisy))
    assert (config.distribution, config.n_steps) == ("c51", 3)
    assert (config.env, config.v_max) == ("CartPole-v1", 200.0)


@pytest.fixture
def two_members(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preset without `env`, in addition to the package's own."""
    read = settings.read_preset
    names = [*preset_names(), "two-members"]
    monkeypatch.setattr(settings, "preset_names", lambda: names)
    members = {"double": False, "n_steps": 5}
    monkeypatch.setattr(settings, "read_preset", lambda name: members if name == "two-members" else read(name))


@pytest.mark.usefixtures("two_members")
def test_a_preset_without_an_environment_is_applied_on_top_of_the_environments_own() -> None:
    config = load_config(preset="two-members", variables=NO_VARIABLES)
    assert config == parse_config(read_preset("cartpole") | {"double": False, "n_steps": 5})
    assert load_config(preset="two-members", variables=NO_VARIABLES, flags={"n_steps": 2}).n_steps == 2


@pytest.mark.usefixtures("two_members")
def test_a_preset_without_an_environment_works_for_an_environment_that_has_none() -> None:
    config = load_config(preset="two-members", variables=NO_VARIABLES, flags={"env": "Nobody-v7"})
    assert config == Config(env="Nobody-v7", double=False, n_steps=5)
    assert preset_for("Nobody-v7") == {"env": "Nobody-v7"}


# --- a file of the RL Zoo as a layer ---


def write_zoo(folder: Path, text: str) -> Path:
    file = folder / "mine.yml"
    file.write_text(text)
    return file


def test_a_zoo_file_replaces_the_environments_preset(tmp_path: Path) -> None:
    file = write_zoo(tmp_path, "CartPole-v1: {gamma: 0.5, batch_size: 16}")
    config = load_config(file=file, variables={"DQN_TUI_BATCH_SIZE": "17"}, flags={"seed": 5})
    preset = read_preset("cartpole")
    assert (config.env, config.gamma, config.batch_size, config.seed) == ("CartPole-v1", 0.5, 17, 5)
    assert (preset["n_steps"], config.n_steps) == (3, 1), "Stable-Baselines3's, not the preset's"
    assert (preset["double"], config.double) == (True, False)
    assert load_config(file=file, variables=NO_VARIABLES, flags={"double": True}).double


@pytest.mark.usefixtures("two_members")
def test_a_named_preset_overrides_stable_baselines3s_defaults_but_not_the_block(tmp_path: Path) -> None:
    file = write_zoo(tmp_path, "CartPole-v1: {gamma: 0.5, n_steps: 2}")
    config = load_config(preset="two-members", file=file, variables=NO_VARIABLES)
    assert (config.n_steps, config.double, config.target_update_interval) == (2, False, 10_000)


@pytest.mark.parametrize(
    "arguments",
    [
        {"flags": {"env": "Acrobot-v1"}, "variables": {"DQN_TUI_ENV": "CartPole-v1"}},
        {"variables": {"DQN_TUI_ENV": "Acrobot-v1"}, "preset": "acrobot"},
        {"preset": "acrobot"},
    ],
)
def test_the_block_is_that_of_the_named_environment(tmp_path: Path, arguments: dict[str, Any]) -> None:
    file = write_zoo(tmp_path, "CartPole-v1: {gamma: 0.5}\nAcrobot-v1: {gamma: 0.25}")
    config = load_config(**{"variables": NO_VARIABLES} | arguments, file=file)
    assert (config.env, config.gamma) == ("Acrobot-v1", 0.25)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("CartPole", "CartPole-v1"),
        ("CartPole-v0", "CartPole-v0"),
        ("MinAtar/Breakout", "MinAtar/Breakout-v1"),
        ("My/Maze", "My/Maze"),
    ],
)
def test_an_id_without_a_version_gets_that_of_its_preset(environment: str, expected: str) -> None:
    assert load_config(variables={}, flags={"env": environment}).env == expected


def test_rainbow_is_unchanged_by_what_the_environments_own_preset_turns_on() -> None:
    assert not load_config(preset="rainbow", variables={"DQN_TUI_ENV": "Acrobot-v1"}).munchausen


@pytest.mark.parametrize("line", ["gama = 0.9", "gamma = 2"])
def test_an_error_in_a_file_is_shown_with_its_name(tmp_path: Path, line: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(line)
    with pytest.raises(UsageError, match=r"^--config .*mine\.toml: .*gam"):
        load_config(file=file, variables={})


def test_an_error_in_a_flag_does_not_blame_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("gamma = 0.5")
    with pytest.raises(UsageError, match=r"^gamma "):
        load_config(file=file, variables={}, flags={"gamma": 3.0})


@pytest.mark.parametrize(
    ("content", "flags", "start"),
    [
        ("batch_size = 200_000", {}, "--config "),
        ("batch_size = 200_000", {"buffer_size": 100}, "buffer_size must be >= batch_size"),
        ("buffer_size = 100", {"batch_size": 200}, "buffer_size must be >= batch_size"),
    ],
)
def test_an_error_about_two_settings_blames_a_file_only_where_no_flag_is_involved(
    tmp_path: Path, content: str, flags: dict[str, Any], start: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(content)
    with pytest.raises(UsageError) as caught:
        load_config(file=file, variables={}, flags=flags)
    assert one_line(str(caught.value)).startswith(start)


def test_a_preset_for_another_environment_than_the_files_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('env = "Acrobot-v1"')
    with pytest.raises(UsageError, match="preset 'cartpole' is for CartPole-v1, got env 'Acrobot-v1'"):
        load_config(preset="cartpole", file=file, variables=NO_VARIABLES)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, "cartpole"),
        ({"flags": {"env": "MinAtar/Freeway"}}, "minatar"),
        ({"preset": "rainbow"}, "rainbow"),
        ({"preset": "taxi"}, "taxi"),
        ({"flags": {"env": "Nobody-v7"}}, None),
    ],
)
def test_the_preset_in_use_is_known_by_name(arguments: dict[str, Any], expected: str | None) -> None:
    assert resolve_settings(**{"variables": NO_VARIABLES} | arguments).preset == expected


def test_a_zoo_file_replaces_the_preset_but_not_one_that_is_named(tmp_path: Path) -> None:
    file = write_zoo(tmp_path, "CartPole-v1: {gamma: 0.5}")
    assert resolve_settings(file=file, variables=NO_VARIABLES).preset is None
    assert resolve_settings(preset="rainbow", file=file, variables=NO_VARIABLES).preset == "rainbow"


def test_every_setting_is_described_with_its_default_what_it_allows_and_what_it_means() -> None:
    rows = {row.key: row for row in describe_settings()}
    assert list(rows) == list(Config.model_fields)
    assert all(row.allowed and row.meaning for row in rows.values())
    assert all(getattr(Config(), key) == row.default for key, row in rows.items())
    assert {key for key, row in rows.items() if not row.can_change} == set(FIXED_KEYS)
    assert rows["num_envs"].allowed == "a whole number >= 1 and <= 4,096"
    assert rows["goal"].allowed == "a number"
    assert rows["double"].allowed == "true or false"
    assert rows["device"].allowed == "'auto', 'cpu' or 'cuda'"
