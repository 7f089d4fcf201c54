"""`dqn-tui watch --gif FILE` and `--mp4 FILE`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from PIL import Image

from tests.helpers import Session, call_program, one_line, program_environment, train
from tests.terminal import Terminal, dqn_tui
from tests.toy import EPISODE_STEPS

pytest.importorskip("imageio_ffmpeg")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return train(tmp_path_factory.mktemp("runs"), env="Toy/Painted-v0")


def watch(run: Session, *arguments: str) -> int:
    return call_program("watch", str(run.folder.path), "--import", "tests.toy", *arguments)


def test_a_gif_has_the_environments_pixels_at_its_own_speed(
    run: Session, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.gif"
    assert watch(run, "--gif", str(out)) == 0
    captured = capfd.readouterr()
    assert captured.out == f"11 frames, 0.4 s, return 10 written to {out}\n"
    assert captured.err == ""
    with Image.open(out) as image:
        assert image.n_frames == EPISODE_STEPS + 1  # type: ignore[attr-defined]
        for number in range(EPISODE_STEPS + 1):
            image.seek(number)
            assert image.info["duration"] == 40
            pixels = np.asarray(image.convert("RGB"))
            assert np.argwhere((pixels == 255).all(axis=2)).tolist() == [[5, number]]


def test_an_mp4_with_bars_is_wider(run: Session, tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    assert watch(run, "--mp4", str(tmp_path / "a.mp4"), "--q-bars") == 0
    with av.open(str(tmp_path / "a.mp4")) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert [frame.shape for frame in frames] == [(162, 324, 3)] * 11


def test_the_same_seed_writes_the_same_file(run: Session, tmp_path: Path) -> None:
    for name in ("a.gif", "b.gif"):
        assert watch(run, "--gif", str(tmp_path / name), "--seed", "7") == 0
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_a_cut_episode_says_how_to_write_more(run: Session, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert watch(run, "--gif", str(tmp_path / "a.gif"), "--most-seconds", "0.2") == 0
    assert "5 frames, 0.2 s" in (line := capfd.readouterr().out)
    assert "--most-seconds N" in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--gif", "here/a.gif"], "here/a.gif cannot be written: No such file or directory"),
        (["--gif", "a", "--mp4", "b"], "--gif and --mp4 write one file each: give one of them"),
        (["--q-bars"], "--q-bars is for a file: add --gif or --mp4"),
        (["--most-seconds", "3"], "--most-seconds is for a file: add --gif or --mp4"),
        (["--gif", "a", "--most-seconds", "nan"], "must be a number of seconds up to 86,400, got 'nan'"),
    ],
)
def test_wrong_use_is_one_line(
    run: Session,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert watch(run, *arguments) == 2
    assert message in one_line(capfd.readouterr().err)
    assert list(tmp_path.iterdir()) == []


def test_an_environment_without_pixels_says_so(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    blind = train(tmp_path, env="Toy/Truncated-v0")
    assert watch(blind, "--gif", str(tmp_path / "a.gif")) == 2
    assert "Toy/Truncated-v0 renders no pixels" in one_line(capfd.readouterr().err)


def test_a_missing_package_is_named_with_its_extra(
    run: Session, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with patch.dict(sys.modules, {"imageio_ffmpeg": None}):
        sys.modules.pop("dqn_tui.exports.mp4_file", None)
        assert watch(run, "--mp4", str(tmp_path / "a.mp4")) == 2
    assert "--mp4 needs imageio_ffmpeg, which is not installed: pip install 'dqn-tui[video]'" in one_line(
        capfd.readouterr().err
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_neither_a_file_nor_a_bar(tmp_path: Path, number: signal.Signals, code: int) -> None:
    endless = train(tmp_path, env="Toy/PaintedEndless-v0", eval_every=0)
    out = tmp_path / "out"
    out.mkdir()
    command = dqn_tui("watch", str(endless.folder.path), "--import", "tests.toy", "--mp4", str(out / "a.mp4"), "--last")
    with Terminal(command, variables=program_environment()) as terminal:
        terminal.wait_for("writing MP4")
        terminal.wait_for(lambda: len(list(out.iterdir())) == 1)
        terminal.send_signal(number)
        assert terminal.wait_for_exit() == code
        assert "writing" not in terminal.text
        assert terminal.modes_left_on == []
    assert list(out.iterdir()) == []
