"""Steps per second against Stable-Baselines3's DQN on CartPole-v1 with the RL Zoo's settings, alternating runs.

Settings: rl-baselines3-zoo, hyperparams/dqn.yml, CartPole-v1. Both run on one torch thread, SB3's better case here.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.measure import describe_machine, read_events

ZOO = {
    "learning_rate": 2.3e-3,
    "batch_size": 64,
    "buffer_size": 100_000,
    "learning_starts": 1_000,
    "gamma": 0.99,
    "target_update_interval": 10,
    "train_freq": 256,
    "gradient_steps": 128,
    "exploration_fraction": 0.16,
    "exploration_final_eps": 0.04,
}
# What a run of ours would do besides and SB3's `learn` does not: plain DQN, one-step, nothing evaluated or saved.
ALIKE = {
    "double": "false",
    "n_steps": "1",
    "tau": "1.0",
    "net_arch": "[256, 256]",
    "eval_every": "0",
    "save_every": "0",
}

SB3_SCRIPT = """
import sys, time, torch, stable_baselines3
torch.set_num_threads(1)
steps, seed = int(sys.argv[1]), int(sys.argv[2])
model = stable_baselines3.DQN("MlpPolicy", "CartPole-v1", policy_kwargs=dict(net_arch=[256, 256]), seed=seed,
                              device="cpu", **{settings})
start = time.perf_counter()
model.learn(steps)
print(stable_baselines3.__version__, steps / (time.perf_counter() - start))
"""


def run_sb3(python: str, steps: int, seed: int) -> tuple[str, float]:
    """SB3's version and its steps per second."""
    script = SB3_SCRIPT.replace("{settings}", repr(ZOO))
    command = [python, "-W", "ignore", "-c", script, str(steps), str(seed)]
    version, speed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-2:]
    return version, float(speed)


def run_ours(steps: int, seed: int) -> float:
    """Steps per second from the first step to the last, as SB3 is timed: what closes a run does not count."""
    settings = {**{key: str(value) for key, value in ZOO.items()}, **ALIKE}
    assignments = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    with tempfile.TemporaryDirectory() as folder:
        told = read_events(Path(folder), "--steps", str(steps), "--seed", str(seed), *assignments)
    last = [event for event in told if event["event"] == "progress"][-1]
    assert last["step"] == steps
    return float(last["time/fps"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sb3", required=True, metavar="PYTHON", help="an interpreter with stable-baselines3")
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    print(f"CartPole-v1, {options.steps} steps, the RL Zoo's settings: {describe_machine()}")
    ours, theirs = [], []
    for seed in range(1, options.pairs + 1):
        version, speed = run_sb3(options.sb3, options.steps, seed)
        theirs.append(speed)
        ours.append(run_ours(options.steps, seed))
        print(f"seed {seed}: SB3 {version} {speed:6.0f} steps/s, dqn-tui {ours[-1]:6.0f} steps/s", flush=True)
    print(f"medians: SB3 {median(theirs):.0f}, dqn-tui {median(ours):.0f}: {median(ours) / median(theirs):.2f} times")


if __name__ == "__main__":
    main()
