"""Pictures of a value function, computed from a network and its environment."""
