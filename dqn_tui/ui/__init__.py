"""The dashboard on a terminal, made with Textual. It shows what `dqn_tui.view` holds and sends requests."""
