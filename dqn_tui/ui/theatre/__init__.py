"""Greedy episodes played in the terminal: beside the charts of the dashboard, or alone on the screen."""
