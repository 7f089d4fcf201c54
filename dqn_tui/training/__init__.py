"""The training loop and its surroundings."""
