"""The real program, from the outside."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from dqn_tui import events
from dqn_tui.event_json import to_dict
from dqn_tui.runs.checkpoint import find_checkpoints, read_checkpoint
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import read_journal, read_last_event
from dqn_tui.settings import read_preset
from tests.helpers import (
    LIMIT_SECONDS,
    QUICK,
    call_program,
    one_line,
    only_run,
    program_environment,
    quick_flags,
    run_program,
    run_program_anew,
    start_program,
    train,
)

TOY = ("--import", "tests.toy", "--env")


def refuse(*arguments: str, cwd: Path, **variables: str) -> str:
    """The one line with which wrong use is refused."""
    result = run_program(*arguments, cwd=cwd, **variables)
    assert result.returncode == 2, result
    assert result.stdout == ""
    assert not (cwd / "runs").exists(), "nothing is created for a run that cannot be"
    return one_line(result.stderr)


# --- wrong use ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--no-ui", "--env", "CartPol-v1"], ["'CartPol-v1'", "CartPole-v1"]),
        (["--env", "CartPole-v99"], ["CartPole-v99"]),
        (["--env", "MountainCarContinuous-v0"], ["Discrete", "MountainCarContinuous-v0"]),
        (["--env", "module:Env-v0"], ["module:Env-v0"]),
        (["--env", ""], ["env"]),
        (["--env", "Toy/Unheard-v0"], ["Toy/Unheard-v0", "--import"]),
        (["--set", f"net_arch={[65536] * 64}"], ["net_arch", "65536", "memory"]),
        (["--env", "Taxi-v4", "--set", "vectorization=native"], ["vectorization", "Taxi-v4", "'native'"]),
        (["--steps", "0"], ["total_timesteps", ">= 1", "0"]),
        (["--steps", "many"], ["'many'"]),
        (["--steps", "1.5"], ["1.5"]),
        (["--seed", "-1"], ["seed", "-1", ">= 0"]),
        (["--set", "gama=0.9"], ["'gama'", "gamma"]),
        (["--set", "gamma=2"], ["gamma", "2", "<= 1"]),
        (["--set", "gamma"], ["KEY=VALUE", "'gamma'"]),
        (["--preset", "cartpol"], ["'cartpol'", "cartpole"]),
        (["--config", "missing.toml"], ["missing.toml"]),
        (["--device", "tpu"], ["tpu", "cuda"]),
        (["--marker", "crayon"], ["crayon", "braille"]),
        (["--on-hangup", "pray"], ["pray", "continue"]),
        (["--import", "no_such_module"], ["no_such_module"]),
        ([*TOY, "Toy/BrokenFromTheStart-v0"], ["Toy/BrokenFromTheStart-v0", "no such motor"]),
        ([*TOY, "Toy/Endless-v0", "--until-solved"], ["goal", "Toy/Endless-v0"]),
        (["--no-such-option"], ["--no-such-option"]),
        (["nonsense"], ["nonsense"]),
        (["--runs-dir", "/proc/nowhere", "--no-ui"], ["/proc/nowhere"]),
        (["eval", "nowhere"], ["nowhere"]),
        (["eval", "nowhere", "--episodes", "0"], ["episodes", "0"]),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_wrong_use_is_one_line_that_names_the_value_and_exit_code_two(
    tmp_path: Path,
    arguments: list[str],
    words: list[str],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call_program(*arguments) == 2
    output = capfd.readouterr()
    assert output.out == ""
    assert not (tmp_path / "runs").exists(), "nothing is created for a run that cannot be"
    message = one_line(output.err)
    assert message.startswith("dqn-tui: ")
    assert all(word in message for word in words), message


def test_a_wrong_variable_and_a_wrong_file_are_refused_too(tmp_path: Path) -> None:
    message = refuse("--no-ui", cwd=tmp_path, DQN_TUI_GAMMA="2")
    assert "gamma" in message
    (tmp_path / "mine.toml").write_text("gamma = \n")
    assert "mine.toml" in refuse("--no-ui", "--config", "mine.toml", cwd=tmp_path)


@pytest.mark.parametrize("command", ["eval", "watch", "play"])
def test_a_damaged_checkpoint_is_refused_in_one_line_that_names_the_file(
    tmp_path: Path, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    best = train(tmp_path).folder.best
    file = best / "online.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    assert call_program(command, str(best)) == 2
    output = capfd.readouterr()
    assert str(file) in one_line(output.err)
    assert output.out == ""


# --- a run in a pipe ---


@pytest.fixture(scope="module")
def piped(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """A short run, its streams piped."""
    cwd = tmp_path_factory.mktemp("piped")
    return run_program_anew("--no-ui", "--name", "a b", *quick_flags(), cwd=cwd), cwd


def test_a_piped_run_prints_plain_lines_and_a_summary(piped: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    result, cwd = piped
    assert result.returncode == 0
    assert result.stderr == ""
    assert "\x1b" not in result.stdout
    assert "\r" not in result.stdout
    run = only_run(cwd / "runs")
    checkpoint = f"runs/{run.path.name}/checkpoints/step_000000200"
    assert checkpoint in result.stdout
    assert f"dqn-tui watch runs/{run.path.name}" in result.stdout
    assert read_checkpoint(cwd / checkpoint).reason == "end"


def test_a_run_folder_has_the_contracts_name_and_files(
    piped: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    run = only_run(piped[1] / "runs")
    assert re.fullmatch(r"CartPole-v1__a-b__\d{8}-\d{6}", run.path.name)
    names = {path.name for path in run.path.iterdir()}
    assert names >= {
        "config.toml", "host.json", "events.jsonl", "progress.csv", "monitor.csv", "checkpoints", "best",
        "episodes",
    }  # fmt: skip


def test_the_program_and_the_trainer_of_these_tests_end_with_the_same_weights(
    piped: tuple[subprocess.CompletedProcess[str], Path], tmp_path: Path
) -> None:
    last = read_last_event(only_run(piped[1] / "runs").events)
    assert isinstance(last, events.RunEnded)
    preset = {key: value for key, value in read_preset("cartpole").items() if key not in QUICK}
    assert last.weights_sha256 == train(tmp_path, **preset).only(events.RunEnded).weights_sha256


def test_an_evaluation_prints_json_and_the_runs_are_listed(
    piped: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    _, cwd = piped
    run = f"runs/{only_run(cwd / 'runs').path.name}"
    result = run_program_anew("eval", run, "--episodes", "3", "--seed", "4", "--last", "--json", cwd=cwd)
    assert (result.returncode, result.stderr) == (0, "")
    report = json.loads(result.stdout)
    assert (report["episodes"], report["seed"], len(report["returns"])) == (3, 4, 3)
    assert report["weights_sha256"] == read_checkpoint(cwd / report["checkpoint"]).weights_sha256
    listed = json.loads(run_program("runs", "--json", cwd=cwd).stdout)
    assert [(item["run"], item["state"], item["step"]) for item in listed] == [(run, "completed", 200)]
    assert "cartpole" in json.loads(run_program("envs", "--json", cwd=cwd).stdout)["presets"]


def test_json_prints_every_event_and_nothing_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert call_program("--json", "--runs-dir", str(tmp_path), *quick_flags(eval_every=100)) == 0
    output = capfd.readouterr()
    printed = [json.loads(line) for line in output.out.splitlines()]
    assert output.err == ""
    assert printed[0]["event"] == "run_started"
    assert printed[-1]["event"] == "run_ended"
    assert printed == [to_dict(event) for event in read_journal(only_run(tmp_path).events)]


@pytest.mark.parametrize("mode", ["--json", "--no-ui"])
def test_output_of_the_environment_goes_to_its_file_and_to_the_events(tmp_path: Path, mode: str) -> None:
    result = run_program(mode, "--import", "tests.toy", *quick_flags(env="Toy/Talkative-v0"), cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    if mode == "--json":
        assert {json.loads(line)["event"] for line in result.stdout.splitlines()} >= {"run_started", "run_ended"}
    else:
        assert "a word from" not in result.stdout
    run = only_run(tmp_path / "runs")
    lines = run.output_log.read_text().splitlines()
    assert lines[:2] == ["\x1b[31ma word from Python\x1b[0m", "a word from below"]
    # 200 steps of training, 10 of an evaluation.
    assert len(lines) == 2 * 210
    written = [event for event in read_journal(run.events) if isinstance(event, events.OutputWritten)]
    assert sum(event.dropped + len(event.text.splitlines()) for event in written) == len(lines)
    assert "a word from below" in written[-1].text


def test_output_before_a_failure_is_in_the_events_before_the_failure(tmp_path: Path) -> None:
    run_program("--no-ui", "--import", "tests.toy", *quick_flags(env="Toy/LastWords-v0"), cwd=tmp_path)
    *_, output, failure = read_journal(only_run(tmp_path / "runs").events)
    assert isinstance(output, events.OutputWritten)
    assert isinstance(failure, events.RunFailed)
    assert output.text.endswith("it is getting hot")


def test_output_of_an_environment_that_cannot_be_made_is_shown_without_escape_sequences(tmp_path: Path) -> None:
    result = run_program("--no-ui", *TOY, "Toy/SaysWhyNot-v0", cwd=tmp_path)
    assert result.returncode == 2
    *said, message = result.stderr.splitlines()
    assert said == ["plug in the motor"]
    assert message.startswith("dqn-tui: cannot make environment 'Toy/SaysWhyNot-v0'")


@pytest.mark.parametrize(
    "command", [("--no-ui",), ("--no-ui", "--set", "num_envs=2", "--set", "vectorization=parallel")]
)
def test_environment_that_exits_when_it_is_made_is_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert "sys.exit" in refuse(*command, *TOY, "Toy/ExitsAtOnce-v0", cwd=tmp_path)


@pytest.mark.parametrize("parallel", [(), ("--set", "num_envs=2", "--set", "vectorization=parallel")])
def test_environment_that_changes_the_working_folder_does_not_redirect_files(
    tmp_path: Path, parallel: tuple[str, ...]
) -> None:
    flags = quick_flags(env="Toy/ChangesFolder-v0", save_every=50)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    result = run_program("--no-ui", *TOY[:2], *flags, *parallel, cwd=tmp_path, ELSEWHERE=str(elsewhere))
    assert result.returncode == 0, result.stderr
    assert list(elsewhere.iterdir()) == []
    run = only_run(tmp_path / "runs")
    assert run.best.is_dir()
    assert find_checkpoints(run)[-1].step == 200
    assert f"dqn-tui watch runs/{run.path.name}" in result.stdout
    shown = f"runs/{run.path.name}"
    extended = run_program(
        "--no-ui", "--resume", shown, "--steps", "300", *TOY[:2], cwd=tmp_path, ELSEWHERE=str(elsewhere)
    )
    assert extended.returncode == 0, extended.stderr
    assert find_checkpoints(run)[-1].step == 300
    assert list(elsewhere.iterdir()) == []


def test_module_in_the_current_folder_can_be_imported(tmp_path: Path) -> None:
    """By the console script, too, whose path does not begin with that folder."""
    (tmp_path / "mazes.py").write_text("from tests.toy import OneState, gym\ngym.register('Maze-v0', OneState)\n")
    script = "import sys; sys.path.remove(''); from dqn_tui.cli import main; main()"
    flags = quick_flags(env="Maze-v0", num_envs=2, vectorization="parallel", eval_max_steps=5)
    result = subprocess.run(
        [sys.executable, "-c", script, "--no-ui", "--import", "mazes", *flags],
        cwd=tmp_path, env=program_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")


def test_run_whose_journal_is_deleted_ends_with_a_failure(tmp_path: Path) -> None:
    result = run_program("--no-ui", "--import", "tests.toy", *quick_flags(env="Toy/DeletesJournal-v0"), cwd=tmp_path)
    assert result.returncode == 1
    assert "was deleted or moved" in one_line(result.stderr)


def test_newer_checkpoints_that_a_resume_sets_aside_are_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = train(tmp_path, save_every=50).folder
    capfd.readouterr()
    assert call_program("--no-ui", "--resume", str(run.step_folders()[0])) == 0
    message = one_line(capfd.readouterr().err)
    assert "step_000000200" in message
    assert "superseded" in message


def test_summary_names_the_import_in_the_command_that_watches(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--runs-dir", str(tmp_path), "--import", "tests.toy", *quick_flags(env="Toy/Fork-v0"))
    assert call_program("--no-ui", *arguments) == 0
    assert re.search(r"dqn-tui watch \S+ --import tests\.toy$", capfd.readouterr().out, re.M)


def test_without_a_terminal_training_is_headless_and_says_so_in_one_line(tmp_path: Path) -> None:
    result = run_program(*quick_flags(), cwd=tmp_path)
    assert result.returncode == 0
    assert "headless" in one_line(result.stderr)
    assert "completed" in result.stdout


# --- bad ends ---


def test_an_environment_that_raises_is_exit_code_one_and_one_line(tmp_path: Path) -> None:
    result = run_program("--no-ui", "--import", "tests.toy", *quick_flags(env="Toy/Raises-v0"), cwd=tmp_path)
    assert result.returncode == 1
    run = only_run(tmp_path / "runs")
    message = one_line(result.stderr)
    assert "the motor burnt out" in message
    assert "error.log" in message
    assert "Traceback" not in result.stdout
    log = run.error_log.read_text()
    assert "Traceback" in log
    assert "the motor burnt out" in log
    assert isinstance(read_last_event(run.events), events.RunFailed)
    (checkpoint,) = find_checkpoints(run)
    assert checkpoint.reason == "failure"


def test_failure_with_json_is_one_line_on_standard_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert call_program("--json", "--runs-dir", str(tmp_path), *quick_flags(env="Toy/Raises-v0")) == 1
    output = capfd.readouterr()
    assert json.loads(output.out.splitlines()[-1])["event"] == "run_failed"
    assert "the motor burnt out" in one_line(output.err)


@pytest.mark.parametrize("name", ["NanReward", "NanObservation"])
def test_divergence_is_exit_code_three(tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert call_program("--json", "--runs-dir", str(tmp_path), *quick_flags(env=f"Toy/{name}-v0")) == 3
    output = capfd.readouterr()
    assert json.loads(output.out.splitlines()[-1])["reason"] == "diverged"
    assert one_line(output.err).startswith("dqn-tui: run diverged at step ")
    assert "the environment returned" in output.err


class Program:
    """The real program, training for a long time."""

    def __init__(self, cwd: Path, *arguments: str) -> None:
        self.process = start_program("--json", *arguments, *quick_flags(total_timesteps=50_000_000), cwd=cwd)
        self._runs_dir = cwd / "runs"
        self.wait_for("learning_started")

    @property
    def out(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    @property
    def run(self) -> RunFolder:
        return only_run(self._runs_dir)

    def wait_for(self, name: str) -> dict[str, Any]:
        for line in self.out:
            event: dict[str, Any] = json.loads(line)
            if event["event"] == name:
                return event
        raise AssertionError(f"no {name} came: {self.process.communicate()[1]}")

    def end(self) -> tuple[int, str]:
        """Exit code and stderr, once it has ended."""
        _, stderr = self.process.communicate(timeout=LIMIT_SECONDS)
        return self.process.wait(), stderr


@pytest.fixture
def started(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Program]:
    program = Program(tmp_path, *getattr(request, "param", ()))
    yield program
    program.process.kill()
    program.process.communicate()


def check_stopped_and_saved(run: RunFolder) -> None:
    last = read_last_event(run.events)
    assert isinstance(last, events.RunEnded)
    assert last.reason == "stopped"
    newest = find_checkpoints(run)[-1]
    assert (newest.step, newest.reason, newest.weights_sha256) == (last.step, "end", last.weights_sha256)


def test_an_interrupt_ends_the_run_with_a_checkpoint(started: Program) -> None:
    started.process.send_signal(signal.SIGINT)
    assert started.wait_for("run_ended")["reason"] == "stopped"
    assert started.end() == (130, "")
    check_stopped_and_saved(started.run)


@pytest.mark.parametrize("started", [("--on-hangup", "stop")], indirect=True)
def test_lost_terminal_stops_the_run_if_requested(started: Program) -> None:
    started.process.send_signal(signal.SIGHUP)
    assert started.end() == (129, "")
    check_stopped_and_saved(started.run)


def test_lost_terminal_does_not_stop_the_run_and_a_later_signal_still_saves_it(started: Program) -> None:
    started.process.send_signal(signal.SIGHUP)
    # Output that is not a terminal is still written.
    for _ in range(50):
        started.wait_for("episode_ended")
    started.process.send_signal(signal.SIGTERM)
    assert started.wait_for("run_ended")["reason"] == "stopped"
    assert started.end()[0] == 143
    check_stopped_and_saved(started.run)


def test_closed_pipe_stops_and_saves_the_run(started: Program) -> None:
    """As in `dqn-tui --json | head`."""
    started.out.close()
    assert started.process.stderr is not None
    assert "the reader of standard output is gone" in one_line(started.process.stderr.read())
    assert started.process.wait(LIMIT_SECONDS) == 141
    check_stopped_and_saved(started.run)


# --- help ---


@pytest.mark.parametrize(
    "arguments",
    [[], ["watch"], ["play"], ["probe"], ["eval"], ["runs"], ["envs"], ["settings"]],
    ids=lambda value: " ".join(value),
)
def test_help_loads_nothing_heavy(tmp_path: Path, arguments: list[str]) -> None:
    script = (
        "import sys\n"
        f"sys.argv = ['dqn-tui', *{arguments!r}, '--help']\n"
        "from dqn_tui.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = {'torch', 'gymnasium', 'textual', 'numpy', 'rich', 'pydantic', 'safetensors'} & set(sys.modules)\n"
        "sys.stderr.write(' '.join(sorted(heavy)))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path, env=program_environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert set(result.stderr.split()) & {"torch", "gymnasium", "textual"} == set()
    assert "Usage" in result.stdout


def test_the_version_is_printed(tmp_path: Path) -> None:
    import dqn_tui

    result = run_program_anew("--version", cwd=tmp_path)
    assert (result.returncode, result.stdout.strip()) == (0, f"dqn-tui {dqn_tui.__version__}")


def test_the_help_names_every_option_of_the_contract(tmp_path: Path) -> None:
    text = run_program_anew("--help", cwd=tmp_path).stdout
    for option in (
        "--env", "--steps", "--seed", "--preset", "--config", "--set", "--runs-dir", "--name", "--resume", "--device",
        "--no-ui", "--json", "--import", "--marker", "--until-solved", "--on-hangup",
    ):  # fmt: skip
        assert option in text, option
