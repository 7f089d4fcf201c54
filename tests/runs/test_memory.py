"""How much memory is free, as the files of `/proc` and of control groups say."""

from __future__ import annotations

from pathlib import Path

from dqn_tui.runs.memory import measure_available_bytes

MEMINFO = "MemTotal:       24684184 kB\nMemFree:          100000 kB\nMemAvailable:    8000000 kB\n"
FREE = 8_000_000 * 1024


def lay_out(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def version_2(group: str, limit: str, usage: int, inactive: int = 0) -> dict[str, str]:
    folder = f"sys/fs/cgroup/{group}"
    stat = f"anon 5\ninactive_file {inactive}\nactive_file 7\n"
    return {
        f"{folder}/memory.max": f"{limit}\n",
        f"{folder}/memory.current": f"{usage}\n",
        f"{folder}/memory.stat": stat,
    }


def version_1(group: str, limit: int, usage: int, inactive: int = 0) -> dict[str, str]:
    folder = f"sys/fs/cgroup/memory/{group}"
    return {
        f"{folder}/memory.limit_in_bytes": f"{limit}\n",
        f"{folder}/memory.usage_in_bytes": f"{usage}\n",
        f"{folder}/memory.stat": f"inactive_file 1\ntotal_inactive_file {inactive}\n",
    }


def test_a_machine_without_groups_has_what_is_available(tmp_path: Path) -> None:
    assert measure_available_bytes(lay_out(tmp_path, {"proc/meminfo": MEMINFO})) == FREE


def test_a_system_that_does_not_say_is_not_known(tmp_path: Path) -> None:
    assert measure_available_bytes(tmp_path) is None
    assert measure_available_bytes(lay_out(tmp_path, {"proc/meminfo": "MemTotal: 5 kB\nMemAvailable: much\n"})) is None


def test_a_group_leaves_its_limit_less_what_is_used_and_cannot_be_given_back(tmp_path: Path) -> None:
    files = {"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/user/run\n"}
    lay_out(tmp_path, files | version_2("user/run", "1000000", 700_000, 50_000))
    assert measure_available_bytes(tmp_path) == 350_000


def test_a_group_without_a_limit_leaves_all(tmp_path: Path) -> None:
    files = {"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/user/run\n"}
    lay_out(tmp_path, files | version_2("user/run", "max", 700_000))
    assert measure_available_bytes(tmp_path) == FREE


def test_the_narrowest_of_the_groups_above_counts(tmp_path: Path) -> None:
    files = {"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/user/run\n"}
    lay_out(tmp_path, files | version_2("user/run", "9000000", 0) | version_2("user", "500000", 400_000))
    assert measure_available_bytes(tmp_path) == 100_000


def test_in_a_container_the_topmost_group_is_the_one_that_is_seen(tmp_path: Path) -> None:
    files = {"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/docker/5f1e\n"}
    assert measure_available_bytes(lay_out(tmp_path, files | version_2("", "600000", 500_000))) == 100_000


def test_the_first_version_of_groups_is_read_as_well(tmp_path: Path) -> None:
    groups = "5:cpu,cpuacct:/elsewhere\n4:memory:/job/7\n0::/\n"
    files = {"proc/meminfo": MEMINFO, "proc/self/cgroup": groups}
    lay_out(tmp_path, files | version_1("job/7", 3_000_000, 2_900_000, 30_000) | version_1("", 2**63 - 4096, 10**9))
    assert measure_available_bytes(tmp_path) == 130_000


def test_a_group_that_is_over_its_limit_leaves_nothing(tmp_path: Path) -> None:
    files = {"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/\n"}
    assert measure_available_bytes(lay_out(tmp_path, files | version_2("", "100", 500))) == 0


def test_this_machine_says_something_sensible() -> None:
    available = measure_available_bytes()
    assert available is None or available > 1_000_000
