"""All keys: bindings, key bar, help screen, command palette and README are generated from these tables."""
