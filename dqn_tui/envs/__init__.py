"""Everything that knows Gymnasium."""
