"""Blocks of the RL Zoo's files as settings."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui import approval
from dqn_tui.config import parse_config
from dqn_tui.config_file import MAX_FILE_BYTES
from dqn_tui.errors import UsageError
from dqn_tui.zoo import ZooBlock, parse_policy_kwargs, read_zoo_block
from tests.helpers import call_program, one_line, only_run

# Two blocks of the Zoo's dqn.yml, with other numbers.
DQN = """
atari:
  env_wrapper:
    - stable_baselines3.common.atari_wrappers.AtariWrapper
  frame_stack: 4
  policy: 'CnnPolicy'
  n_timesteps: !!float 1e7
  learning_rate: !!float 1e-4
  optimize_memory_usage: True

MountainCar-v0:
  n_timesteps: !!float 1.2e5
  policy: 'MlpPolicy'
  learning_rate: lin_4e-3
  batch_size: 128
  gamma: 0.98
  train_freq: 16
  gradient_steps: -1
  exploration_final_eps: 0.07
  policy_kwargs: "dict(net_arch=[256, 128])"
"""


def read(folder: Path, text: str, environment: str | None = None, name: str = "dqn.yml") -> ZooBlock:
    file = folder / name
    file.write_text(text)
    return read_zoo_block(file, environment)


def refuse(folder: Path, text: str, environment: str | None = None) -> str:
    """Return the one line with which a file is refused; it names the file."""
    with pytest.raises(UsageError) as caught:
        read(folder, text, environment)
    message = one_line(str(caught.value))
    assert str(folder / "dqn.yml") in message
    return message


def test_a_block_becomes_settings_by_name(tmp_path: Path) -> None:
    assert read(tmp_path, DQN, "MountainCar-v0").named == {
        "env": "MountainCar-v0",
        "total_timesteps": 120_000,
        "learning_rate": "lin_4e-3",
        "batch_size": 128,
        "gamma": 0.98,
        "train_freq": 16,
        "gradient_steps": -1,
        "exploration_final_eps": 0.07,
        "net_arch": [256, 128],
    }


def test_keys_that_are_not_in_a_block_have_stable_baselines3s_defaults(tmp_path: Path) -> None:
    block = read(tmp_path, "CartPole-v1: {}", "CartPole-v1")
    config = parse_config(block.base | block.named)
    assert (config.double, config.net_arch, config.learning_rate) == (False, (64, 64), 1e-4)
    assert (config.buffer_size, config.batch_size, config.learning_starts) == (1_000_000, 32, 100)
    assert (config.train_freq, config.gradient_steps, config.target_update_interval) == (4, 1, 10_000)
    assert (config.tau, config.gamma, config.n_steps, config.max_grad_norm) == (1.0, 0.99, 1, 10.0)
    assert (config.exploration_fraction, config.exploration_final_eps) == (0.1, 0.05)


@pytest.mark.parametrize("environment", ["ALE/Pong-v5", "BreakoutNoFrameskip-v4"])
def test_an_atari_game_uses_the_block_for_all_of_them(tmp_path: Path, environment: str) -> None:
    block = read(tmp_path, DQN, environment)
    expected = {"env": environment, "frame_stack": 4, "total_timesteps": 10_000_000, "learning_rate": 1e-4}
    assert block.named == expected | {"clip_rewards": True}, "like the wrapper"
    assert block.base["net_arch"] == [512], "the layer between the convolutions and the Q-values"
    text = f"{DQN}{environment}: {{gamma: 0.5, policy_kwargs: 'dict(net_arch=[64])'}}"
    own = read(tmp_path, text, environment)
    assert (own.named["gamma"], own.named["net_arch"]) == (0.5, [512, 64])


def test_the_only_block_needs_no_name(tmp_path: Path) -> None:
    assert read(tmp_path, "CartPole-v1: {gamma: 1}").named["env"] == "CartPole-v1"


@pytest.mark.parametrize(
    ("written", "expected"),
    [("1e5", 100_000), ("5.0e4", 50_000), ("!!float 1e7", 10_000_000), ("100000", 100_000), ("'3e3'", 3_000)],
)
def test_counts_may_be_floats_or_what_yaml_reads_as_strings(tmp_path: Path, written: str, expected: int) -> None:
    steps = read(tmp_path, f"CartPole-v1: {{n_timesteps: {written}}}").named["total_timesteps"]
    assert (steps, type(steps)) == (expected, int)


def test_several_environments_multiply_the_steps_between_updates(tmp_path: Path) -> None:
    """Stable-Baselines3 counts a step of all environments as one: every 3 x 8 steps here."""
    named = read(tmp_path, "CartPole-v1: {n_envs: 8, train_freq: 3}").named
    assert (named["num_envs"], named["train_freq"]) == (8, 24)
    assert read(tmp_path, "CartPole-v1: {n_envs: 8}").named["train_freq"] == 32
    assert "train_freq" not in read(tmp_path, "CartPole-v1: {n_envs: 1}").named


def test_quantiles_mean_quantile_regression(tmp_path: Path) -> None:
    text = 'CartPole-v1: {policy_kwargs: "dict(net_arch=[256, 256], n_quantiles=10)"}'
    block = read(tmp_path, text)
    assert block.named == {"env": "CartPole-v1", "net_arch": [256, 256], "distribution": "qr", "atoms": 10}
    assert (block.base["learning_rate"], block.base["exploration_fraction"]) == (5e-5, 0.005)
    silent = read(tmp_path, "CartPole-v1: {gamma: 1}", name="qrdqn.yml")
    assert (silent.base["distribution"], silent.base["atoms"]) == ("qr", 200)
    assert "distribution" not in read(tmp_path, "CartPole-v1: {gamma: 1}").base


@pytest.mark.parametrize(
    "line",
    [
        "optimize_memory_usage: true",
        "normalize: false",
        "policy: MlpPolicy",
        "policy: CnnPolicy",
        "policy_kwargs: {net_arch: [8]}",
        "policy_kwargs: dict()",
    ],
)
def test_keys_that_change_nothing_here_are_accepted(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, f"CartPole-v1:\n  {line}").named.keys() <= {"env", "net_arch"}


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("{gama: 0.9}", ["'gama'", "gamma"]),
        ("{replay_buffer_kwargs: dict(handle_timeout_termination=False)}", ["replay_buffer_kwargs"]),
        ("{vec_env_wrapper: a.b}", ["vec_env_wrapper"]),
        ("{policy: MultiInputPolicy}", ["'MultiInputPolicy'", "MlpPolicy", "CnnPolicy"]),
        ("{policy: [MlpPolicy]}", ["policy", "MlpPolicy"]),
        ("{normalize: true}", ["normalize", "True", "false"]),
        ("{optimize_memory_usage: 3}", ["optimize_memory_usage", "3", "true or false"]),
        ("{env_wrapper: a.b.Wrapper}", ["env_wrapper", "a.b.Wrapper", "--wrap a.b:Wrapper"]),
        ("{env_wrapper: stable_baselines3.common.atari_wrappers.AtariWrapper}", ["env_wrapper", "CartPole-v1"]),
        ("[gamma, 1]", ["CartPole-v1", "keys and values"]),
        ("", ["CartPole-v1", "None"]),
    ],
)
def test_keys_that_are_not_supported_are_refused_by_name(tmp_path: Path, block: str, words: list[str]) -> None:
    message = refuse(tmp_path, f"CartPole-v1: {block}")
    assert all(word in message for word in words), message


def test_a_wrapper_of_another_kind_is_refused_for_atari_too(tmp_path: Path) -> None:
    text = "atari: {env_wrapper: [{stable_baselines3.common.atari_wrappers.AtariWrapper: {frame_skip: 1}}]}"
    assert "env_wrapper" in refuse(tmp_path, text, "ALE/Pong-v5")


@pytest.mark.parametrize(
    ("environment", "words"),
    [(None, ["--env", "atari", "MountainCar-v0"]), ("CartPole-v1", ["'CartPole-v1'", "MountainCar-v0"])],
)
def test_without_a_block_for_the_environment_the_existing_ones_are_listed(
    tmp_path: Path, environment: str | None, words: list[str]
) -> None:
    message = refuse(tmp_path, DQN, environment)
    assert all(word in message for word in words)


# --- the literals of policy_kwargs ---


@given(
    arguments=st.fixed_dictionaries(
        {}, optional={"net_arch": st.lists(st.integers(0, 10**6)), "n_quantiles": st.integers(0, 10**6)}
    )
)
def test_literals_are_read_as_python_would(arguments: dict[str, Any]) -> None:
    text = f" dict({', '.join(f'{key}={value!r}' for key, value in arguments.items())}) "
    assert parse_policy_kwargs("here", text) == arguments


@pytest.mark.parametrize(
    "value",
    [
        "dict(net_arch=__import__('os').system('x'))",
        "dict(net_arch=[__import__('os').system('x')])",
        "dict(net_arch=[64 for _ in range(2)])",
        "dict(net_arch=[2**6])",
        "dict(net_arch=(64, 64))",
        "dict(net_arch=[[64]])",
        "dict(net_arch=[True])",
        "dict(net_arch=['64'])",
        "dict(net_arch=[64.0])",
        "dict(net_arch=64)",
        "dict(n_quantiles=[5])",
        "dict(n_quantiles=True)",
        "dict(n_quantiles=n)",
        "dict(n_quantiles=5, n_quantiles=6)",
        "dict(activation_fn=nn.ReLU)",
        "dict([('n_quantiles', 5)])",
        "dict(**{'n_quantiles': 5})",
        "dict(n_quantiles=5).copy()",
        "list(n_quantiles=5)",
        "(lambda: dict())()",
        "{'n_quantiles': 5}",
        "dict(",
        "",
        "dict(n_quantiles=5\0)",
        "dict(n_quantiles='\\d')",
        "(" * 1_000,
        "-" * 1_000 + "1",
        5,
        None,
        ["net_arch"],
        {"net_arch": 64},
        {"optimizer_class": 1},
    ],
    ids=lambda value: str(value)[:30],
)
def test_any_other_expression_is_refused_in_one_line_that_shows_it(value: object) -> None:
    with pytest.raises(UsageError) as caught:
        parse_policy_kwargs("here", value)
    message = one_line(str(caught.value))
    assert repr(value)[:30] in message
    assert len(message) < 250


# --- the YAML ---


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CartPole-v1: !!python/object/apply:os.system [x]", ["python/object", "line 1"]),
        ("!!python/name:os.system : {}", ["python/name"]),
        ("a: &all {gamma: 1}\nb: *all", ["alias", "line 2"]),
        ("a: {<<: {gamma: 1}}", ["merge"]),
        ("a: {gamma: 1, gamma: 2}", ["'gamma'", "twice"]),
        ("a: {}\na: {}", ["'a'", "twice"]),
        ("a: {gamma: 2001-01-01}", ["timestamp"]),
        ("a: {gamma: !!bool maybe}", ["maybe"]),
        ("a: {gamma: !!float much}", ["much"]),
        ("a: {gamma: 0x" + "f" * 2_000 + "}", ["1,000 characters"]),
        ("a: {}\n---\nb: {}", ["single document"]),
        ("? [a]\n: b", ["key"]),
        ("a: {gamma: 1", ["line 1"]),
        ("a: \0", ["plain YAML"]),
        ("[" * 100_000, ["recursion"]),
        ("- a\n- b", ["must map environments"]),
        ("", ["must map environments", "None"]),
        ("#" * (MAX_FILE_BYTES + 1), ["1,000,000 bytes"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_yaml_that_is_not_plain_values_is_refused_with_what_it_is(tmp_path: Path, text: str, words: list[str]) -> None:
    message = refuse(tmp_path, text)
    assert all(word in message for word in words), message


def test_a_file_that_cannot_be_read_is_refused_with_its_name(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.yml", tmp_path):
        with pytest.raises(UsageError, match="cannot read"):
            read_zoo_block(path, None)


def test_control_characters_are_not_printed(tmp_path: Path) -> None:
    message = refuse(tmp_path, '"a\\e[2Jb": {}\n"c": {}')
    assert message.isprintable()


# --- the program ---


def test_a_run_takes_its_settings_from_a_zoo_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = "CartPole-v1:\n  n_timesteps: !!float 5e4\n  batch_size: 16\n  policy_kwargs: 'dict(net_arch=[8])'\n"
    Path("my.yml").write_text(text + "Acrobot-v1:\n  n_timesteps: 1e5\n")
    code = call_program("--no-ui", "--config", "my.yml", "--env", "CartPole-v1", "--steps", "200")
    assert code == 0
    written = tomllib.loads(only_run(Path("runs")).config.read_text())
    assert (written["total_timesteps"], written["batch_size"], written["net_arch"]) == (200, 16, [8])
    assert (written["double"], written["n_steps"]) == (False, 1)


def test_a_resumed_run_changes_only_the_settings_in_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my.yml").write_text("CartPole-v1: {n_timesteps: 120, gradient_steps: 2}\nAcrobot-v1: {}\n")
    assert call_program("--no-ui", "--steps", "100") == 0
    (run,) = Path("runs").iterdir()
    assert call_program("--no-ui", "--resume", str(run), "--config", "my.yml") == 0
    changed = [line for line in (run / "events.jsonl").read_text().splitlines() if "setting_changed" in line]
    assert ["total_timesteps" in line or "gradient_steps" in line for line in changed] == [True, True]


@pytest.mark.parametrize(
    "block",
    [
        "{policy_kwargs: \"dict(net_arch=__import__('os').system('touch owned'))\"}",
        "!!python/object/apply:os.system ['touch owned']",
        "!!python/object/new:os.system ['touch owned']",
    ],
)
def test_a_file_that_tries_to_execute_code_is_refused_in_one_line(
    tmp_path: Path, block: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my.yml").write_text(f"CartPole-v1: {block}\n")
    assert call_program("--no-ui", "--config", "my.yml", "--env", "CartPole-v1") == 2
    output = capfd.readouterr()
    assert "my.yml" in one_line(output.err)
    assert output.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["my.yml"]


def test_wrappers_and_arguments_that_are_settings_here_become_settings(tmp_path: Path) -> None:
    text = """
Pixels-v0:
  env_wrapper:
    - gymnasium.wrappers.GrayscaleObservation
    - gymnasium.wrappers.resize_observation.ResizeObservation:
        shape: 64
    - rl_zoo3.wrappers.FrameSkip:
        skip: 3
  env_kwargs: {size: 5, config: {lanes: [1, 2]}}
"""
    named = read(tmp_path, text, "Pixels-v0").named
    config = parse_config(named)
    assert (config.grayscale, config.resize, config.frame_skip) == (True, (64, 64), 3)
    assert config.env_kwargs == {"size": 5, "config": {"lanes": [1, 2]}}


def test_arguments_may_be_written_as_a_call_of_dict(tmp_path: Path) -> None:
    block = read(tmp_path, "Lake-v0: {env_kwargs: \"dict(map_name='8x8', is_slippery=False)\"}", "Lake-v0")
    assert block.named["env_kwargs"] == {"map_name": "8x8", "is_slippery": False}
    assert "env_kwargs" in refuse(tmp_path, "CartPole-v1: {env_kwargs: \"dict(f=open('x'))\"}")
    assert "env_kwargs" in refuse(tmp_path, "CartPole-v1: {env_kwargs: [1]}")


def test_a_wrapper_that_is_named_on_the_command_line_is_left_to_it(tmp_path: Path) -> None:
    approval.approve_wrappers(["minigrid.wrappers:FlatObsWrapper"])
    text = "Grid-v0: {env_wrapper: minigrid.wrappers.FlatObsWrapper}"
    assert read(tmp_path, text, "Grid-v0").named == {"env": "Grid-v0"}


def test_observations_may_be_normalized_but_not_rewards(tmp_path: Path) -> None:
    text = 'A-v0: {normalize: "dict(norm_obs=True, norm_reward=False)"}'
    assert read(tmp_path, text, "A-v0").named["normalize_observations"] is True
    assert "normalize" in refuse(tmp_path, 'A-v0: {normalize: "dict(norm_obs=True, norm_reward=True)"}')
