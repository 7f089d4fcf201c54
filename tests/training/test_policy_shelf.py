"""The policies of a run: live, best, and of each checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from dqn_tui.config import Config
from dqn_tui.dqn.agent import weights_sha256
from dqn_tui.errors import CheckpointError
from dqn_tui.policy_choice import BEST, PolicyChoice
from dqn_tui.runs.checkpoint import read_checkpoint
from dqn_tui.training.policy import Policy, encode_network
from dqn_tui.training.policy_shelf import LonePolicy, PolicyShelf, decode_fetched
from tests.helpers import Session, train

LIVE_CHOICE = PolicyChoice()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, Config]:
    session = train(tmp_path_factory.mktemp("runs"), save_every=50, eval_every=100, total_timesteps=150)
    return session, session.trainer._config


def shelf_of(trained: tuple[Session, Config], live: Policy | None = None) -> PolicyShelf:
    session, config = trained
    return PolicyShelf(lambda: live, session.folder, config, session.agent.spaces)


def test_the_live_policy_comes_first_then_the_best_then_the_checkpoints(trained: tuple[Session, Config]) -> None:
    choices = shelf_of(trained).list_choices()
    assert [choice.name for choice in choices] == ["live", "best", *(f"step_{n:09d}" for n in (50, 100, 150))]
    assert [choice.step for choice in choices if choice.name not in ("live", "best")] == [50, 100, 150]
    assert choices[1].eval_mean is not None


@pytest.mark.parametrize("name", ["best", "step_000000050", "step_000000150"])
def test_a_choice_loads_the_weights_of_its_checkpoint(trained: tuple[Session, Config], name: str) -> None:
    folder = trained[0].folder
    checkpoint = read_checkpoint(folder.best if name == BEST else folder.checkpoints / name)
    policy = shelf_of(trained).load(PolicyChoice(name))
    assert policy is not None
    assert (policy.step, weights_sha256(policy.network)) == (checkpoint.step, checkpoint.weights_sha256)


def test_the_live_policy_is_the_one_that_the_run_has_now(trained: tuple[Session, Config]) -> None:
    live = Policy(trained[0].agent.online, 777)
    assert shelf_of(trained, live).load(LIVE_CHOICE) is live


def test_a_run_that_does_not_answer_has_the_policy_of_its_newest_checkpoint(trained: tuple[Session, Config]) -> None:
    policy = shelf_of(trained).load(LIVE_CHOICE)
    assert policy is not None
    assert policy.step == 150


def test_a_policy_that_does_not_exist_is_none(trained: tuple[Session, Config]) -> None:
    assert shelf_of(trained).load(PolicyChoice("step_000000001")) is None
    assert shelf_of(trained).load(PolicyChoice("../best")) is None


def test_a_checkpoint_of_another_environment_is_refused(trained: tuple[Session, Config]) -> None:
    session, config = trained
    other = train(session.folder.path.parent, env="MountainCar-v0", total_timesteps=60)
    with pytest.raises(CheckpointError, match="does not fit its environment"):
        PolicyShelf(lambda: None, session.folder, config, other.agent.spaces).load(PolicyChoice(BEST))


def test_fetched_weights_are_those_that_were_sent(trained: tuple[Session, Config]) -> None:
    session, config = trained
    network, spaces = session.agent.online, session.agent.spaces
    fetch = decode_fetched(lambda: (encode_network(network), 42), config, spaces, Path("run"))
    policy = fetch()
    assert policy is not None
    assert (policy.step, weights_sha256(policy.network)) == (42, weights_sha256(network))
    assert decode_fetched(lambda: None, config, spaces, Path("run"))() is None


def test_without_a_run_that_trains_only_saved_policies_are_offered(trained: tuple[Session, Config]) -> None:
    session, config = trained
    saved = PolicyShelf(None, session.folder, config, session.agent.spaces)
    assert saved.list_choices() == shelf_of(trained).list_choices()[1:]


def test_the_policy_of_a_lone_checkpoint_is_the_only_choice(trained: tuple[Session, Config]) -> None:
    policy = Policy(trained[0].agent.copy_policy(), 7)
    lone = LonePolicy(PolicyChoice(BEST, 7), policy)
    assert lone.list_choices() == (PolicyChoice(BEST, 7),)
    assert lone.load(PolicyChoice(BEST)) is policy
    assert lone.load(PolicyChoice()) is None
