"""The dashboard of a run: its screen, the table of its panes, their layout, and every panel that is not a chart."""
