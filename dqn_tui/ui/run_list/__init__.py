"""The list of runs: `dqn-tui runs` on a terminal."""
