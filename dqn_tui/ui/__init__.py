"""The terminal user interface, built with Textual. Screens draw what `dqn_tui.view` holds and send requests to the run.

`app/` owns the terminal and is given its first screen. `dashboard/`, `theatre/` and `dialogs/` are the screens, made of
`charts/` and `widgets/`. `keys.py` is the table of all keys, `dashboard/panes.py` the table of all panes.
"""
