"""An environment that a person plays with the keys."""
