"""Runs of other processes, and of the past: followed through their journal, steered through a socket."""
