"""Foreign run folders: nothing outside is read or written through them, and nothing in them can block the program."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dqn_tui.errors import UsageError
from dqn_tui.runs.checkpoint import resolve_target
from dqn_tui.runs.error_log import write_error_log
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.host import describe_host
from dqn_tui.runs.recorder import Recorder
from dqn_tui.runs.resume import find_resumable
from dqn_tui.runs.safe_open import open_file, require_file, require_folder
from tests.disk import read_state
from tests.helpers import call_program, one_line, quick_config, train

FILES = (
    "run.lock", "events.jsonl", "progress.csv", "monitor.csv", "host.json", "config.toml", "error.log", "output.log",
    "episodes/episodes.bin",
)  # fmt: skip
FOLDERS = ("checkpoints", "best", "superseded", "episodes")
VICTIM = b"precious\n"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(tmp_path_factory.mktemp("runs"), save_every=100, eval_every=100).folder.path


@pytest.fixture
def run(original: Path, tmp_path: Path) -> RunFolder:
    return RunFolder(Path(shutil.copytree(original, tmp_path / "run")))


@pytest.fixture
def outside(original: Path, tmp_path: Path) -> Iterator[Path]:
    """Files and folders of the user's, which stay exactly as they are."""
    folder = tmp_path / "outside"
    shutil.copytree(original / "checkpoints", folder / "checkpoints")
    for name in (".a.tmp", ".b.old", "step_000000900"):
        (folder / "checkpoints" / name).mkdir()
        (folder / "checkpoints" / name / "file").write_bytes(VICTIM)
    (folder / "file").write_bytes(VICTIM)
    before = read_state(folder)
    yield folder
    assert read_state(folder) == before


def _socket(path: Path) -> None:
    where = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(where)


KINDS: dict[str, Callable[[Path, Path], object]] = {
    "a link to a file": lambda path, outside: path.symlink_to(outside / "file"),
    "a link to a folder": lambda path, outside: path.symlink_to(outside / "checkpoints"),
    "a link to nowhere": lambda path, outside: path.symlink_to(outside / "nowhere"),
    "a link to a device": lambda path, _: path.symlink_to("/dev/zero"),
    "a pipe": lambda path, _: os.mkfifo(path),
    "a socket": lambda path, _: _socket(path),
}
FOR_FILES = KINDS | {"a folder": lambda path, _: path.mkdir()}
FOR_FOLDERS = KINDS | {"a file": lambda path, _: path.write_bytes(b"x")}
CASES = [
    *((name, kind, make) for name in FILES for kind, make in FOR_FILES.items()),
    *((name, kind, make) for name in FOLDERS for kind, make in FOR_FOLDERS.items()),
    *(
        (f"{folder}/{name}", kind, make)
        for folder in ("checkpoints", "superseded", ".")
        for name in ("step_000000900", ".a.tmp", ".b.old")
        for kind, make in KINDS.items()
        if "link" in kind and (folder != "." or name.startswith("."))
    ),
]


def replace(run: RunFolder, name: str, make: Callable[[Path, Path], object], outside: Path) -> None:
    path = run.path / name
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    make(path, outside)


def refusal(use: Callable[[], object]) -> str:
    with pytest.raises(UsageError) as caught:
        use()
    return one_line(str(caught.value))


@pytest.mark.parametrize(("name", "kind", "make"), CASES, ids=[f"{name}: {kind}" for name, kind, _ in CASES])
def test_run_folder_with_anything_foreign_in_it_is_refused_untouched(
    run: RunFolder, outside: Path, name: str, kind: str, make: Callable[[Path, Path], object]
) -> None:
    replace(run, name, make, outside)
    before = os.listdir(run.path)
    for use in (
        lambda: find_resumable(run.path),
        lambda: Recorder(run, quick_config(), describe_host("cpu", 1)),
        lambda: resolve_target(run.path),
    ):
        message = refusal(use)
        assert str(run.path / name).removesuffix("/.") in message.replace("/./", "/")
        assert kind.replace(" to a file", "").replace(" to a folder", "").split()[1] in message or "link" in message
    assert os.listdir(run.path) == before


def test_resume_of_a_foreign_run_is_wrong_use_in_one_line(
    run: RunFolder, outside: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    replace(run, "run.lock", FOR_FILES["a link to a file"], outside)
    assert call_program("--no-ui", "--steps", "300", "--resume", str(run.path)) == 2
    assert one_line(capfd.readouterr().err) == (
        f"dqn-tui: run {run.path} cannot be used: {run.path / 'run.lock'} is a symbolic link, expected a regular file"
    )


def test_resume_of_a_checkpoint_behind_a_link_names_the_run_that_it_belongs_to(run: RunFolder, original: Path) -> None:
    shutil.rmtree(run.checkpoints)
    run.checkpoints.symlink_to(original / "checkpoints")
    folder, path = find_resumable(run.checkpoints / "step_000000200")
    assert folder.path == original.resolve()
    assert path == (original / "checkpoints" / "step_000000200").resolve()


def test_run_folder_itself_may_be_a_link(run: RunFolder, tmp_path: Path) -> None:
    link = tmp_path / "latest"
    link.symlink_to(run.path)
    folder, path = find_resumable(link)
    assert (folder.path, path.name) == (link, "step_000000200")
    Recorder(folder, quick_config(), describe_host("cpu", 1)).close()
    assert resolve_target(link).path == link / "best"


def test_links_and_files_of_the_users_own_names_are_no_obstacle(run: RunFolder, tmp_path: Path) -> None:
    (run.path / "tensorboard").symlink_to(tmp_path)
    (run.path / "notes.txt").write_text("good seed")
    (run.checkpoints / "notes.txt").write_text("good step")
    assert find_resumable(run.path)[1].name == "step_000000200"


def test_link_that_appears_during_the_run_is_not_followed(run: RunFolder, outside: Path) -> None:
    recorder = Recorder(run, quick_config(), describe_host("cpu", 1))
    shutil.rmtree(run.checkpoints)
    run.checkpoints.symlink_to(outside / "checkpoints")
    with pytest.raises(OSError, match="symbolic link"):
        recorder.sync()
    recorder.close()


def test_error_log_is_not_written_through_a_link(run: RunFolder, outside: Path) -> None:
    replace(run, "error.log", FOR_FILES["a link to a file"], outside)
    assert write_error_log(run, ValueError("x")) is None


@pytest.mark.parametrize("kind", FOR_FILES)
def test_only_regular_files_are_opened(tmp_path: Path, outside: Path, kind: str) -> None:
    path = tmp_path / "file"
    FOR_FILES[kind](path, outside)
    for flags in (os.O_RDONLY, os.O_WRONLY | os.O_CREAT, os.O_RDWR | os.O_CREAT | os.O_TRUNC):
        with pytest.raises(OSError, match="expected a regular file"):
            open_file(path, flags)


def test_device_is_not_opened() -> None:
    with pytest.raises(OSError, match="/dev/zero is a device, expected a regular file"):
        open_file(Path("/dev/zero"), os.O_RDONLY)


def test_regular_file_is_created_read_and_written(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(FileNotFoundError):
        open_file(path, os.O_RDONLY)
    with os.fdopen(open_file(path, os.O_WRONLY | os.O_CREAT), "wb") as file:
        file.write(VICTIM)
    with os.fdopen(open_file(path, os.O_RDONLY), "rb") as file:
        assert file.read() == VICTIM


def test_missing_files_and_folders_are_no_obstacle(tmp_path: Path) -> None:
    require_file(tmp_path / "nothing")
    require_folder(tmp_path / "nothing")


def test_descriptors_are_closed_after_a_refusal(tmp_path: Path, outside: Path) -> None:
    before = os.listdir("/proc/self/fd")
    for number, make in enumerate(FOR_FILES.values()):
        make(tmp_path / str(number), outside)
        with pytest.raises(OSError, match="expected"):
            open_file(tmp_path / str(number), os.O_RDWR)
    assert len(os.listdir("/proc/self/fd")) == len(before)
