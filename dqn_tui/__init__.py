"""Train DQN in a live terminal dashboard."""

__version__ = "0.1.0"
