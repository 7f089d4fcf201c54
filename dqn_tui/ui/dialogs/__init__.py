"""Modal screens: help and the question before a run is stopped."""
