"""`dqn-tui export`: what it refuses, and what it leaves behind."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from dqn_tui.cli import ExportTarget
from dqn_tui.exports.targets import POLICY_TARGETS, TARGETS
from tests.exports.helpers import progress, started, write_run, write_small_run
from tests.helpers import call_program, one_line, train

KIND = {"csv": "file", "tensorboard": "folder"}


def test_the_command_line_knows_every_target() -> None:
    assert [target.value for target in ExportTarget] == [*TARGETS, *POLICY_TARGETS]


@pytest.mark.parametrize("to", KIND)
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda out: out.write_text("mine"), "a file that exists"),
        (lambda out: (out / "mine").mkdir(parents=True), "a folder that"),
        (lambda out: out.symlink_to("nowhere"), "a file that exists"),
    ],
    ids=["file", "folder", "link"],
)
def test_what_exists_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str, make: Callable[[Path], object], words: str
) -> None:
    if to == "tensorboard":
        pytest.importorskip("tensorboard")
    write_small_run(tmp_path / "one")
    out = tmp_path / "out"
    make(out)
    before = sorted(tmp_path.rglob("*"))
    assert call_program("export", str(tmp_path / "one"), "--to", to, "--out", str(out)) == 2
    line = one_line(capsys.readouterr().err)
    assert f"--out must be a new {'file' if to == 'csv' else 'or an empty folder'}, got {out}" in line
    assert words in line
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere", "--to", "csv", "--out", "o"], "run nowhere: there is no such folder; see `dqn-tui runs`"),
        ([".", "--to", "csv", "--out", "o"], "run .: not a run folder; see `dqn-tui runs`"),
        (["one", "--to", "csv", "--out", "no/o"], "no/o cannot be written: No such file or directory"),
        (["one", "--to", "csv"], "Missing option '--out'."),
        (
            ["one", "one", "--to", "torchscript", "--out", "o"],
            "--to torchscript takes one run or checkpoint folder",
        ),
        (["one", "--to", "torchscript", "--out", "o"], "run one has no checkpoint yet"),
        (["one", "--to", "csv", "--last", "--out", "o"], "--last chooses the checkpoint for --to onnx or torchscript"),
        (["latest", "--to", "csv", "--out", "o"], "there are no runs in runs;"),
        (["empty", "--to", "csv", "--out", "o"], "its journal does not begin with run_started"),
        (["linked", "--to", "csv", "--out", "o"], "events.jsonl is a symbolic link, expected a regular file"),
    ],
)
def test_wrong_use_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str],
    message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    write_small_run(tmp_path / "one")
    write_run(tmp_path / "empty", [])
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "events.jsonl").symlink_to(tmp_path / "one" / "events.jsonl")
    before = sorted(tmp_path.rglob("*"))
    assert call_program("export", *arguments) == 2
    assert message in one_line(capsys.readouterr().err)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("to", ["h5", "xls"])
def test_an_unknown_target_is_refused_with_those_that_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str
) -> None:
    write_small_run(tmp_path / "one")
    assert call_program("export", str(tmp_path / "one"), "--to", to, "--out", str(tmp_path / "out")) == 2
    line = one_line(capsys.readouterr().err)
    assert all(name in line for name in (to, *TARGETS, *POLICY_TARGETS))


@pytest.mark.parametrize("name", [name for name, target in TARGETS.items() if target.extra])
def test_a_missing_package_is_one_line_that_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write_small_run(tmp_path / "one")
    packages = {"tensorboard", "pyarrow", "wandb"}
    for module in packages | {loaded for loaded in sys.modules if loaded.partition(".")[0] in packages}:
        monkeypatch.setitem(sys.modules, module, None)
    for module in [name for name in sys.modules if name.startswith("dqn_tui.exports.")]:
        monkeypatch.delitem(sys.modules, module)
    assert call_program("export", str(tmp_path / "one"), "--to", name, "--out", str(tmp_path / "out")) == 2
    line = one_line(capsys.readouterr().err)
    assert line.startswith(f"dqn-tui: --to {name} needs ")
    assert line.endswith(f"pip install 'dqn-tui[{TARGETS[name].extra}]'")


def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_small_run(tmp_path / "one")
    before = sorted(tmp_path.rglob("*"))
    with patch("dqn_tui.exports.destination.os.fsync", side_effect=OSError(28, "No space left on device")):
        assert call_program("export", str(tmp_path / "one"), "--to", "csv", "--out", str(tmp_path / "out")) == 2
    assert one_line(capsys.readouterr().err).endswith("out cannot be written: No space left on device")
    assert sorted(tmp_path.rglob("*")) == before


def test_the_newest_run_is_exported_where_latest_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_run(tmp_path / "runs" / "a__1__20250101-000000", [started(), progress(1, x=1.0)])
    write_run(tmp_path / "runs" / "a__2__20260101-000000", [started(), progress(1, x=2.0)])
    assert call_program("export", "latest", "--to", "csv", "--out", "out") == 0
    assert (tmp_path / "out").read_text().splitlines()[1].endswith(",x,2.0")
    assert capsys.readouterr().out == "1 run written to out\n"


@pytest.mark.filterwarnings("ignore:`torch.jit.load` is deprecated:DeprecationWarning")
def test_a_policy_is_written_and_acts_as_it_does_in_its_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import torch

    session = train(tmp_path / "runs")
    out = tmp_path / "policy.pt"
    assert call_program("export", str(session.folder.path), "--to", "torchscript", "--last", "--out", str(out)) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"policy of step 200 written to {out}",
        str(session.folder.step_folders()[-1]),
    ]
    observations = torch.linspace(-1, 1, 40).reshape(10, 4)
    q_values, actions = torch.jit.load(str(out))(observations)  # type: ignore[no-untyped-call]
    assert q_values.numpy() == pytest.approx(session.agent.online.q_values(observations.numpy()), abs=1e-5)
    assert actions.tolist() == q_values.argmax(1).tolist()


def test_a_format_whose_package_is_missing_names_the_extra(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = train(tmp_path / "runs").folder.path
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.delitem(sys.modules, "dqn_tui.exports.policy_onnx", raising=False)
    assert call_program("export", str(path), "--to", "onnx", "--out", str(tmp_path / "out")) == 2
    line = one_line(capsys.readouterr().err)
    assert "export to onnx needs onnx, which is not installed: pip install 'dqn-tui[onnx]'" in line
