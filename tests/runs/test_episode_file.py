"""The recording of training episodes: what was written reads back the same, and what is damaged is never replayed."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dqn_tui.errors import UsageError
from dqn_tui.rollout import RecordedEpisode
from dqn_tui.runs.episode_file import EpisodeFile
from dqn_tui.runs.episode_reader import EpisodeReader, read_episode
from dqn_tui.runs.episode_record import FILE_HEAD_BYTES, MOST_STEPS, RecordFormat
from dqn_tui.runs.folder import RunFolder
from tests.disk import Disk
from tests.helpers import one_line


def played(number: int, actions: Iterable[int] = (1, 0, 1), **changes: Any) -> RecordedEpisode:
    taken = np.array(list(actions), np.int64)
    return replace(RecordedEpisode(number, 0, 7 + number, taken, 99 * number, False, None), **changes)


def run_folder(path: Path) -> RunFolder:
    path.mkdir(exist_ok=True)
    (path / "events.jsonl").touch()
    return RunFolder(path)


def write(folder: RunFolder, *episodes: RecordedEpisode, actions: int = 2, environments: int = 1) -> None:
    file = EpisodeFile(folder.recording, environments)
    for episode in episodes:
        file.write(episode, actions)
    file.flush()
    file.close()


def same(one: RecordedEpisode, other: RecordedEpisode) -> bool:
    is_same = one.actions.tolist() == other.actions.tolist() and one.actions.dtype == other.actions.dtype
    return is_same and replace(one, actions=other.actions) == other


def readable(folder: RunFolder, most: int = 20) -> list[int]:
    """The numbers of the episodes that can be read."""
    found = []
    reader = EpisodeReader(folder)
    for number in range(1, most):
        try:
            assert reader.read(number).number == number
        except UsageError as error:
            one_line(str(error))
        else:
            found.append(number)
    return found


@st.composite
def recordings(draw: st.DrawFn) -> tuple[int, int, list[RecordedEpisode]]:
    action_count = draw(st.integers(1, 1_000))
    environments = draw(st.sampled_from([1, 2, 200, 4096]))
    number, episodes = 0, []
    for _ in range(draw(st.integers(1, 8))):
        number += draw(st.sampled_from([1, 1, 1, 2, 130, 10**9]))
        actions = draw(st.lists(st.integers(0, action_count - 1), min_size=1, max_size=300))
        episodes.append(
            RecordedEpisode(
                number,
                draw(st.integers(0, environments - 1)),
                draw(st.integers(0, 2**31 - 1)),
                np.array(actions, np.int64),
                draw(st.integers(0, 2**32 - 1)),
                draw(st.booleans()),
                None,
            )
        )
    return action_count, environments, episodes


@settings(max_examples=60, deadline=None)
@given(recording=recordings(), is_reopened=st.booleans())
def test_what_was_recorded_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, recording: tuple[int, int, list[RecordedEpisode]], is_reopened: bool
) -> None:
    action_count, environments, episodes = recording
    folder = run_folder(tmp_path_factory.mktemp("run"))
    for group in [[episode] for episode in episodes] if is_reopened else [episodes]:
        write(folder, *group, actions=action_count, environments=environments)
    reader = EpisodeReader(folder)
    for episode in reversed(episodes):
        assert same(reader.read(episode.number), episode)
    numbers = {episode.number for episode in episodes}
    for number in {1, 2, episodes[-1].number + 1} - numbers:
        with pytest.raises(UsageError, match="has no record"):
            reader.read(number)


def test_a_record_has_the_bytes_of_the_format() -> None:
    layout = RecordFormat(5, 1)
    record = layout.encode(played(4, [1, 2, 4], seed=0x01020304, last_observation=0x0A0B0C0D), 3)
    # 3 steps * 4; 1 + 2 * 8 + 4 * 64 = 273 = 0x111 in three bits each.
    assert record[:-1] == bytes([12, 4, 3, 2, 1, 0x0D, 0x0C, 0x0B, 0x0A, 0x11, 0x01])
    far = layout.encode(played(4, [0], is_truncated=True), 1)
    assert far[:2] == bytes([1 * 4 + 2 + 1, 3])


@pytest.mark.parametrize(("actions", "steps"), [(2, 7), (4, 7), (18, 8), (256, 11)])
def test_a_step_takes_less_than_two_bytes(actions: int, steps: int) -> None:
    record = RecordFormat(actions, 1).encode(played(1_000_000, [actions - 1] * steps), 999_999)
    assert len(record) < 2 * steps


def test_a_long_episode_takes_no_more_than_its_actions() -> None:
    assert len(RecordFormat(18, 1).encode(played(9, [17] * 20_000), 8)) == 20_000 * 5 // 8 + 3 + 9


def test_a_recording_cut_at_any_byte_keeps_its_whole_episodes_and_goes_on_as_if_it_had_never_been_cut(
    tmp_path: Path,
) -> None:
    folder = run_folder(tmp_path / "run")
    episodes = [played(number, [number % 2] * number) for number in (1, 2, 3, 9)]
    ends = []
    for episode in episodes:
        write(folder, episode)
        ends.append(folder.recording.stat().st_size)
    content = folder.recording.read_bytes()
    for length in range(len(content) + 1):
        folder.recording.write_bytes(content[:length])
        whole = [episode for episode, end in zip(episodes, ends, strict=True) if end <= length]
        assert readable(folder) == [episode.number for episode in whole]
        write(folder, *episodes[len(whole) :])
        assert folder.recording.read_bytes() == content


def test_no_changed_byte_raises_more_than_one_line_or_changes_which_episode_has_which_number(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    episodes = {number: played(number, [0, 1, 2] * number) for number in (1, 2, 5)}
    write(folder, *episodes.values(), actions=3)
    content = folder.recording.read_bytes()
    wrong = 0
    for place in range(len(content)):
        for bit in (1, 128):
            damaged = bytearray(content)
            damaged[place] ^= bit
            folder.recording.write_bytes(damaged)
            for number in readable(folder):
                wrong += not same(read_episode(folder, number), episodes[number])
    assert wrong == 0


HOSTILE = {
    "zeros": bytes(10_000),
    "an endless number": b"\xff" * 10_000,
    "more steps than any record": b"\xff\xff\xff\x7f" + bytes(100_000),
    "a billion steps": b"\x80\xd0\xac\xf3\x0e" + bytes(1_000),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("layout", [RecordFormat(2, 1), RecordFormat(2**32 - 1, 2**32 - 1)], ids=repr)
def test_nothing_is_read_from_hostile_records(tmp_path: Path, content: bytes, layout: RecordFormat) -> None:
    folder = run_folder(tmp_path / "run")
    folder.episodes.mkdir()
    folder.recording.write_bytes(layout.head + content)
    assert readable(folder, 4) == []


def test_actions_that_the_environment_does_not_have_are_refused(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    write(folder, played(1, [3]), actions=3)
    with pytest.raises(UsageError, match="none of the environment's"):
        read_episode(folder, 1)


@pytest.mark.parametrize("content", [b"x" * 30, RecordFormat(7, 1).head, RecordFormat(2, 3).head + b"more"])
def test_a_file_that_is_no_recording_of_the_run_is_left_alone(tmp_path: Path, content: bytes) -> None:
    folder = run_folder(tmp_path / "run")
    folder.episodes.mkdir()
    folder.recording.write_bytes(content)
    file = EpisodeFile(folder.recording, 1)
    with pytest.raises(OSError, match="no recording of 2 actions"):
        file.write(played(1), 2)
    file.close()
    assert folder.recording.read_bytes().startswith(content[:FILE_HEAD_BYTES])
    assert readable(folder) == []


def test_an_episode_of_the_past_takes_back_what_came_after_it(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    write(folder, *(played(number) for number in (1, 2, 3, 4)))
    again = played(2, [1, 1, 1, 1])
    write(folder, again)
    assert readable(folder) == [1, 2]
    assert same(read_episode(folder, 2), again)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("lasts", [False, True])
def test_episodes_that_the_disk_refused_are_missing_and_the_others_keep_their_numbers(
    tmp_path: Path, error: int, lasts: bool
) -> None:
    for fail_at in range(1, 6):
        folder = run_folder(tmp_path / f"{fail_at}")
        file = EpisodeFile(folder.recording, 1)
        taken = []
        with Disk(folder.path, fail_at=fail_at, error=error, lasts=lasts) as disk:
            disk.descriptors[file._descriptor] = folder.recording
            for number in range(1, 7):
                try:
                    file.write(played(number), 2)
                    file.flush()
                except OSError:
                    continue
                taken.append(number)
        file.write(played(7), 2)
        assert file.sync() == folder.recording.stat().st_size
        file.close()
        assert readable(folder) == [*taken, 7]
        assert len(taken) == (fail_at - 1 if lasts else 5)


def test_an_episode_too_long_to_keep_is_refused_and_the_next_one_is_kept(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    file = EpisodeFile(folder.recording, 1)
    with pytest.raises(OSError, match="more than"):
        file.write(replace(played(1), actions=np.zeros(MOST_STEPS + 1, np.int64)), 2)
    file.write(played(2), 2)
    file.close()
    assert readable(folder) == [2]


def test_short_episodes_are_written_together_and_a_refused_write_loses_them_all(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    file = EpisodeFile(folder.recording, 1)
    for number in (1, 2, 3):
        file.write(played(number), 2)
    assert readable(folder) == [1]
    with Disk(folder.path, fail_at=1, error=errno.ENOSPC) as disk:
        disk.descriptors[file._descriptor] = folder.recording
        with pytest.raises(OSError, match="No space"):
            file.flush()
    file.flush()
    file.write(played(4), 2)
    assert file.sync() == folder.recording.stat().st_size
    file.close()
    assert readable(folder) == [1, 4]


def test_the_reader_of_a_run_that_trains_finds_what_is_new_and_what_was_cut(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    reader = EpisodeReader(folder)
    with pytest.raises(UsageError, match="no training episode was recorded"):
        reader.read(1)
    write(folder, *(played(number) for number in range(1, 200)))
    assert same(reader.read(150), played(150))
    write(folder, *(played(number) for number in range(200, 400)))
    assert same(reader.read(399), played(399))
    os.truncate(folder.recording, FILE_HEAD_BYTES)
    write(folder, *(played(number, [1] * number) for number in range(1, 300)))
    assert same(reader.read(150), played(150, [1] * 150))
    with pytest.raises(UsageError, match="recorded are 1 to 299"):
        reader.read(399)
    write(folder, played(302))
    with pytest.raises(UsageError, match="recorded are 1 to 302, 2 of them missing"):
        reader.read(300)
    folder.recording.unlink()
    with pytest.raises(UsageError, match="no training episode was recorded"):
        reader.read(1)


@pytest.mark.parametrize("name", ["episodes", "episodes/episodes.bin"])
def test_nothing_is_read_through_a_link(tmp_path: Path, name: str) -> None:
    folder, other = run_folder(tmp_path / "run"), run_folder(tmp_path / "other")
    write(other, played(1))
    (folder.path / name).parent.mkdir(exist_ok=True)
    (folder.path / name).symlink_to(other.path / name)
    with pytest.raises(UsageError, match="is a symbolic link") as caught:
        read_episode(folder, 1)
    one_line(str(caught.value))
