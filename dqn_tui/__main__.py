"""Runs the program as `python -m dqn_tui`."""

from dqn_tui.cli import main

if __name__ == "__main__":
    main()
