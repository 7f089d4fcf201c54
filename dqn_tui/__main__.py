"""`python -m dqn_tui` is `dqn-tui`."""

from dqn_tui.cli import main

if __name__ == "__main__":
    main()
