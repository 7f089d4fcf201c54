"""Damaged and forged checkpoints: one line names the file and the checkpoint to resume from instead."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dqn_tui.errors import CheckpointError
from dqn_tui.runs.arrays import decode_arrays, encode_arrays
from dqn_tui.runs.checkpoint import GROUPS, STATE, read_checkpoint, read_settings
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.manifest import MANIFEST
from dqn_tui.runs.resume import SavedRun, find_resumable, load_saved_run, read_resumable
from dqn_tui.spaces import Spaces
from dqn_tui.training.policy import load_policy
from tests.helpers import call_program, one_line, reseal, train

FILES = (MANIFEST, STATE, *(f"{group}.safetensors" for group in GROUPS))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run whose newest checkpoint may be damaged: older ones are whole."""
    session = train(tmp_path_factory.mktemp("damage"), net_arch=[2], n_steps=3, save_every=80, eval_every=90)
    assert [path.name for path in session.folder.step_folders()] == [
        "step_000000080", "step_000000160", "step_000000200",
    ]  # fmt: skip
    return session.folder


@pytest.fixture(scope="module")
def original(run: RunFolder) -> SavedRun:
    return resume(run)


def newest(run: RunFolder) -> Path:
    return run.step_folders()[-1]


def resume(run: RunFolder) -> SavedRun:
    """All that `--resume RUN` reads."""
    folder, path = find_resumable(run.path)
    checkpoint, config = read_resumable(folder, path)
    return load_saved_run(folder, checkpoint, config)


def refusal(load: Callable[[], Any]) -> str | None:
    """The one line with which loading is refused; None where it is not."""
    try:
        load()
    except CheckpointError as error:
        return one_line(str(error))
    return None


def check_refused(run: RunFolder, file: Path) -> None:
    message = refusal(lambda: resume(run))
    assert message is not None
    assert str(file) in message
    assert str(run.step_folders()[-2]) in message


@contextmanager
def restored(file: Path) -> Iterator[bytes]:
    """The file's content; afterwards the file is as it was, whatever became of it."""
    content = file.read_bytes()
    try:
        yield content
    finally:
        if file.is_dir() and not file.is_symlink():
            shutil.rmtree(file)
        file.unlink(missing_ok=True)
        file.write_bytes(content)


def is_same(saved: SavedRun, original: SavedRun) -> bool:
    return (
        saved.checkpoint == original.checkpoint
        and saved.state == original.state
        and all(
            np.array_equal(array, original.arrays[group][name], equal_nan=True)
            for group, arrays in saved.arrays.items()
            for name, array in arrays.items()
        )
    )


# --- damage ---

places = st.floats(0, 1, exclude_max=True)


@settings(max_examples=300)
@given(name=st.sampled_from(FILES), place=places, bit=st.integers(0, 7))
def test_a_flipped_bit_is_found_or_changes_nothing(
    run: RunFolder, original: SavedRun, name: str, place: float, bit: int
) -> None:
    file = newest(run) / name
    with restored(file) as content:
        damaged = bytearray(content)
        damaged[int(place * len(content))] ^= 1 << bit
        file.write_bytes(damaged)
        if name != MANIFEST or refusal(lambda: resume(run)) is not None:
            check_refused(run, file)
        else:
            assert is_same(resume(run), original)


def test_no_digit_of_the_manifest_can_become_another_one_unseen(run: RunFolder, original: SavedRun) -> None:
    file = newest(run) / MANIFEST
    with restored(file) as content:
        digits = [place for place, byte in enumerate(content) if chr(byte).isdigit()]
        assert len(digits) > 200
        for place in digits:
            damaged = bytearray(content)
            damaged[place] = ord("0") + (damaged[place] - ord("0") + 1) % 10
            file.write_bytes(damaged)
            if refusal(lambda: read_checkpoint(file.parent)) is None:
                assert is_same(resume(run), original), content[place - 20 : place + 5]


@settings(max_examples=60)
@given(name=st.sampled_from(FILES), place=places)
def test_a_file_that_was_cut_short_is_found(run: RunFolder, name: str, place: float) -> None:
    file = newest(run) / name
    with restored(file) as content:
        file.write_bytes(content[: int(place * (len(content) - 1))])
        check_refused(run, file)


@settings(max_examples=40)
@given(name=st.sampled_from(FILES), more=st.binary(min_size=1, max_size=9).filter(lambda more: more.strip()))
def test_a_file_that_grew_is_found(run: RunFolder, name: str, more: bytes) -> None:
    file = newest(run) / name
    with restored(file) as content:
        file.write_bytes(content + more)
        check_refused(run, file)


def _leave_missing(file: Path) -> None:
    del file


def _replace_by_link(file: Path) -> None:
    older = file.parents[1] / "step_000000160" / file.name
    file.symlink_to(older)


def _replace_by_older(file: Path) -> None:
    shutil.copy(file.parents[1] / "step_000000080" / file.name, file)


KINDS: dict[str, Callable[[Path], Any]] = {
    "missing": _leave_missing,
    "a link": _replace_by_link,
    "a link to nowhere": lambda file: file.symlink_to("nowhere"),
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "empty": Path.touch,
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_file_that_is_something_else_is_found(run: RunFolder, name: str, kind: Callable[[Path], Any]) -> None:
    file = newest(run) / name
    with restored(file):
        file.unlink()
        kind(file)
        check_refused(run, file)


def test_descriptors_are_closed_whatever_is_found(run: RunFolder) -> None:
    before = os.listdir("/proc/self/fd")
    for name in FILES:
        for kind in KINDS.values():
            test_a_file_that_is_something_else_is_found(run, name, kind)
    assert len(os.listdir("/proc/self/fd")) == len(before)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_checkpoint_is_found(run: RunFolder, name: str) -> None:
    file = newest(run) / name
    with restored(file) as content:
        _replace_by_older(file)
        if file.read_bytes() == content:
            assert refusal(lambda: resume(run)) is None
        elif name == MANIFEST:
            assert str(file.parent) in (refusal(lambda: resume(run)) or "")
        else:
            check_refused(run, file)


def test_an_older_checkpoint_that_is_damaged_itself_is_not_offered(run: RunFolder) -> None:
    oldest, older, last = run.step_folders()
    with restored(last / STATE), restored(older / "replay.safetensors") as content:
        (last / STATE).unlink()
        (older / "replay.safetensors").write_bytes(content[:-1])
        message = refusal(lambda: resume(run)) or ""
        assert str(oldest) in message
        assert str(older) not in message
        with restored(oldest / MANIFEST):
            (oldest / MANIFEST).unlink()
            assert "there is no older checkpoint" in (refusal(lambda: resume(run)) or "")


# --- forgeries, sealed as by one who knows how ---


@contextmanager
def forged(run: RunFolder, name: str, content: bytes) -> Iterator[Path]:
    """The newest checkpoint with another content of one file, and a manifest that agrees with it."""
    file, manifest = newest(run) / name, newest(run) / MANIFEST
    with restored(manifest), restored(file):
        file.write_bytes(content)
        entry = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        listed = json.loads(manifest.read_bytes())
        reseal(manifest.parent, files=listed["files"] | {name: entry})
        yield file


ODD_NAMES = ["../x", "a/b", "/etc/passwd", "online.safetensors\0", "..", "", "\ud800", "\x1b[2J", "online.safetensors/"]


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_a_manifest_can_list_no_other_names(run: RunFolder, name: str) -> None:
    manifest = newest(run) / MANIFEST
    with restored(manifest):
        files = json.loads(manifest.read_bytes())["files"]
        reseal(manifest.parent, files=files | {name: files["online.safetensors"]})
        check_refused(run, manifest)


SPACES = Spaces((4,), 2).to_dict()
ODD_FACTS: list[dict[str, Any]] = [
    {"step": -1}, {"step": True}, {"step": "200"}, {"step": 200.0}, {"step": 10**30}, {"step": 10**45},
    {"reason": "none"}, {"reason": "end\n"}, {"reason": None}, {"eval_mean": "1"}, {"eval_mean": True},
    {"eval_mean": 10**400}, {"spaces": SPACES | {"observation_shape": [10**300]}},
    {"spaces": SPACES | {"action_count": [2]}}, {"weights_sha256": "0"},
    {"config": {"batch": 3}}, {"config": {"net_arch": "x"}}, {"config": [["seed", 1]]}, {"config": "abc"},
    {"config": {"env": "CartPole-v1", "seed": 10**39}}, {"files": [1]}, {"format": True}, {"format": 1.0},
]  # fmt: skip


@pytest.mark.parametrize("facts", ODD_FACTS, ids=lambda facts: repr(facts)[:40])
def test_odd_facts_are_refused(run: RunFolder, facts: dict[str, Any]) -> None:
    manifest = newest(run) / MANIFEST
    with restored(manifest):
        reseal(manifest.parent, **facts)
        check_refused(run, manifest)


def test_a_manifest_of_a_hundred_thousand_layers_is_refused_by_its_size(run: RunFolder) -> None:
    manifest = newest(run) / MANIFEST
    with restored(manifest):
        config = json.loads(manifest.read_bytes())["config"]
        reseal(manifest.parent, config=config | {"net_arch": [1] * 100_000})
        check_refused(run, manifest)
        assert "expected at most 200,000" in (refusal(lambda: resume(run)) or "")


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"step": -1}, "step is -1: Input should be greater than or equal to 0"),
        ({"reason": "none"}, "reason is 'none': Input should be 'autosave', 'request', 'best', 'end' or 'failure'"),
        ({"eval_mean": "1"}, "eval_mean is '1': Input should be a valid number"),
        ({"files": {"state.json": {"bytes": 1, "sha256": "x"}}}, "files.state.json.sha256 is 'x': String should match"),
    ],
    ids=repr,
)
def test_a_wrong_fact_is_named_with_its_value_and_what_is_allowed(
    run: RunFolder, facts: dict[str, Any], told: str
) -> None:
    manifest = newest(run) / MANIFEST
    with restored(manifest):
        reseal(manifest.parent, **facts)
        assert f"{manifest} is damaged: {told}" in (refusal(lambda: resume(run)) or "")


@pytest.mark.parametrize("size", [0, -1, 2**60, 10**39, 10**50, 1.5, "9"])
def test_sizes_that_lie_are_refused_before_anything_is_read(run: RunFolder, size: Any) -> None:
    manifest = newest(run) / MANIFEST
    with restored(manifest):
        files = json.loads(manifest.read_bytes())["files"]
        files["replay.safetensors"]["bytes"] = size
        reseal(manifest.parent, files=files)
        message = refusal(lambda: resume(run)) or ""
        assert "manifest.json" in message or "replay.safetensors" in message
        assert len(message) < 1_000


def test_a_file_larger_than_the_settings_allow_is_refused_before_it_is_read(run: RunFolder) -> None:
    with forged(run, "online.safetensors", bytes(101_000)) as file:
        check_refused(run, file)
        assert "expected at most" in (refusal(lambda: resume(run)) or "")


DEEP = b"[" * 100_000
ODD_JSON = [DEEP, b'{"a":' * 50_000, b"{}", b"[]", b"null", b'{"learning": NaN}', b'{"learning": 1e999}', b"\xff",
            b'{"learning": -Infinity}', b'{"learning": ' + b"9" * 5_000 + b"}", b'{"learning": {"step": 200}}',
            b'{"learning": {"step": 200}, "file_lengths": 5}']  # fmt: skip


@pytest.mark.parametrize("name", [STATE, MANIFEST])
@pytest.mark.parametrize("content", ODD_JSON, ids=lambda content: repr(content[:30]))
def test_odd_json_is_refused(run: RunFolder, name: str, content: bytes) -> None:
    if name == STATE:
        with forged(run, name, content) as file:
            check_refused(run, file)
    else:
        with restored(newest(run) / name):
            (newest(run) / name).write_bytes(content)
            check_refused(run, newest(run) / name)


@pytest.mark.parametrize(
    "changes",
    [
        {"file_lengths": {"events.jsonl": 5}},
        {"file_lengths": {"events.jsonl": 5, "progress.csv": 5, "../monitor.csv": 5}},
        {"file_lengths": {"events.jsonl": -5, "progress.csv": 5, "monitor.csv": 5}},
        {"file_lengths": {"events.jsonl": "5", "progress.csv": 5, "monitor.csv": 5}},
        {"learning": {"step": 199}},
        {"learning": []},
    ],
    ids=repr,
)
def test_a_state_that_does_not_belong_to_the_run_is_refused(run: RunFolder, changes: dict[str, Any]) -> None:
    state = json.loads((newest(run) / STATE).read_bytes()) | changes
    with forged(run, STATE, json.dumps(state).encode()) as file:
        check_refused(run, file)


def header(entries: dict[str, Any], data: bytes = b"") -> bytes:
    text = json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text + data


MANY = {f"a{number}": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for number in range(100_000)}
ODD_ARRAYS = {
    "nothing": b"",
    "less than a length": b"\x01\0",
    "a header of 2**63 bytes": b"\xff" * 7 + b"\x7f" + b"{}",
    "a header that is no JSON": header({}).replace(b"{}", b"{]"),
    "a header of 100,000 arrays": header(MANY),
    "offsets that overlap": header({n: {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]} for n in "ab"}, bytes(4)),
    "offsets beyond the end": header({"a": {"dtype": "U8", "shape": [9], "data_offsets": [0, 9]}}, bytes(4)),
    "a shape that lies": header({"a": {"dtype": "F32", "shape": [2**62, 8], "data_offsets": [0, 4]}}, bytes(4)),
    "an unknown type": header({"a": {"dtype": "X9", "shape": [4], "data_offsets": [0, 4]}}, bytes(4)),
    "a type that numpy lacks": header({"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}, bytes(4)),
}


@pytest.mark.parametrize("content", ODD_ARRAYS.values(), ids=ODD_ARRAYS.keys())
def test_arrays_that_are_none_are_refused(tmp_path: Path, content: bytes) -> None:
    message = refusal(lambda: decode_arrays(tmp_path / "x.safetensors", content))
    assert str(tmp_path / "x.safetensors") in (message or "")


def test_arrays_read_back_as_they_were_and_as_the_library_writes_them() -> None:
    arrays: dict[str, NDArray[Any]] = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "empty": np.zeros((0, 4), np.float64),
        "scalar": np.array(7),
        "turned": np.arange(6, dtype=np.int64).reshape(2, 3).T,
        "é": np.array([True, False]),
    }
    content = b"".join(bytes(part) for part in encode_arrays(arrays))
    theirs = safetensors.numpy.save({name: np.asarray(array, order="C") for name, array in arrays.items()})
    for found in (decode_arrays(Path("x"), content), safetensors.numpy.load(content), decode_arrays(Path("x"), theirs)):
        assert found.keys() == arrays.keys()
        for name, array in arrays.items():
            assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
            np.testing.assert_array_equal(found[name], array)


def test_arrays_are_written_from_their_own_memory() -> None:
    array = np.zeros((100, 3), np.float32)
    *_, part = encode_arrays({"a": array[:50]})
    array[0, 0] = 1.0
    assert bytes(part[:4]) == np.float32(1).tobytes()


def _first(name: str, change: Callable[[np.ndarray[Any, Any]], Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda arrays: arrays | {name: change(arrays[name])}


MISFITS: dict[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "weights of another type": ("target", lambda arrays: {n: a.astype(np.float64) for n, a in arrays.items()}),
    "weights of another shape": ("target", lambda arrays: {n: a.reshape(-1, 1) for n, a in arrays.items()}),
    "weights that are missing": ("optimizer", lambda arrays: dict(list(arrays.items())[1:])),
    "an array too many": ("noise", lambda arrays: arrays | {"more": np.zeros(1)}),
    "rewards of another length": ("replay", _first("rewards", lambda array: array[:1])),
    "observations of one number": ("replay", _first("frames", lambda array: array[:, :1].copy())),
    "a list of positions": ("replay", _first("position", lambda array: array.reshape(1))),
    "actions that are numbers with a point": ("replay", _first("actions", lambda array: array.astype(np.float64))),
    "actions that there are not": ("replay", _first("actions", lambda array: array + 2)),
    "actions below 0 in the open episode": ("episodes", _first("actions", lambda array: array - 5)),
    "waiting steps of another size": ("replay", _first("waiting_numbers", lambda array: array.repeat(2, axis=1))),
}


@contextmanager
def kept(run: RunFolder) -> Iterator[None]:
    """What a run that is refused late has cut or written anew is put back."""
    contents = {path: path.read_bytes() for path in run.path.iterdir() if path.is_file()}
    yield
    for path, content in contents.items():
        path.write_bytes(content)


def check_refused_by_program(run: RunFolder, file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with kept(run):
        assert call_program("--no-ui", "--steps", "201", "--resume", str(run.path)) == 2
    assert str(file) in one_line(capfd.readouterr().err)


@pytest.mark.parametrize("case", MISFITS.values(), ids=MISFITS.keys())
def test_arrays_that_do_not_fit_the_run_are_refused(
    run: RunFolder, capfd: pytest.CaptureFixture[str], case: tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]
) -> None:
    group, change = case
    name = f"{group}.safetensors"
    arrays = change(decode_arrays(Path(name), (newest(run) / name).read_bytes()))
    with forged(run, name, b"".join(map(bytes, encode_arrays(arrays)))) as file:
        check_refused_by_program(run, file, capfd)


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        (None, "chores", 5),
        (None, "evaluator", {"best_mean": "high"}),
        (None, "reporter", 5),
        (None, "seconds", {}),
        ("reporter", "window", {"returns": "abc", "lengths": []}),
        ("reporter", "updates", {"sums": 1}),
        ("learning", "exploration", {"bit_generator": "PCG64", "state": 10**39}),
        ("learning", "exploration", {"bit_generator": "MT19937"}),
        ("learning", "replay", []),
        ("learning", "updates", None),
        ("learning", "updates", -1),
        ("learning", "owed_updates", 10**30),
        ("learning", "owed_updates", 1.0),
    ],
    ids=repr,
)
def test_a_state_of_other_kinds_is_refused(
    run: RunFolder, capfd: pytest.CaptureFixture[str], part: str | None, key: str, value: Any
) -> None:
    state = json.loads((newest(run) / STATE).read_bytes())
    place = state if part is None else state[part]
    assert key in place
    place[key] = value
    with forged(run, STATE, json.dumps(state).encode()) as file:
        check_refused_by_program(run, file.parent, capfd)


@pytest.mark.parametrize("command", ["watch", "eval"])
def test_damaged_weights_are_neither_watched_nor_evaluated(
    run: RunFolder, capfd: pytest.CaptureFixture[str], command: str
) -> None:
    file = newest(run) / "online.safetensors"
    with restored(file) as content:
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        assert call_program(command, str(file.parent)) == 2
        assert str(file) in one_line(capfd.readouterr().err)


def test_weights_that_are_not_those_of_the_manifests_hash_are_refused(run: RunFolder) -> None:
    arrays = decode_arrays(Path("x"), (newest(run) / "online.safetensors").read_bytes())
    other = {name: array + 1 for name, array in arrays.items()}
    with forged(run, "online.safetensors", b"".join(map(bytes, encode_arrays(other)))) as file:
        checkpoint = read_checkpoint(file.parent)
        assert str(file.parent) in (refusal(lambda: load_policy(checkpoint, read_settings(checkpoint))) or "")
