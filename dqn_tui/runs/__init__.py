"""Everything on disk: the run folder, its journal and tables, and checkpoints."""
