"""The pane that shows the value function as a picture."""
