"""What a random policy meets in an environment, as it is measured."""
