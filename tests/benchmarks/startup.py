"""Time to `--help` and to the dashboard's first frame, and whether torch is loaded by then."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from statistics import median

from tests.benchmarks.measure import describe_machine, drawing_process
from tests.terminal import Terminal, dqn_tui

HEAVY = ("torch", "gymnasium", "textual")


def time_help() -> float:
    """Seconds that `--help` takes."""
    start = time.perf_counter()
    subprocess.run(dqn_tui("--help"), check=True, capture_output=True)
    return time.perf_counter() - start


def loaded_by_help() -> list[str]:
    """Which of the heavy packages `--help` loads."""
    script = (
        "import sys\nsys.argv = ['dqn-tui', '--help']\nfrom dqn_tui.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    return list(eval(output.splitlines()[-1]))


def time_first_frame() -> tuple[float, bool]:
    """Seconds until the first frame stands, and whether torch's library was mapped by then."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Terminal(dqn_tui("--runs-dir", folder, "--steps", "1000000")) as terminal,
    ):
        seconds = terminal.wait_for("CartPole-v1")
        with open(f"/proc/{drawing_process(terminal.pid)}/maps") as maps:
            has_torch = "libtorch" in maps.read()
        return seconds, has_torch


def main() -> None:
    print(f"start-up: {describe_machine()}")
    print(f"--help: median {median(time_help() for _ in range(5)):.2f} s; heavy packages loaded: {loaded_by_help()}")
    frames = [time_first_frame() for _ in range(5)]
    print(
        f"first frame: median {median(seconds for seconds, _ in frames):.2f} s; "
        f"torch loaded by then in {sum(has_torch for _, has_torch in frames)} of {len(frames)} starts"
    )


if __name__ == "__main__":
    main()
