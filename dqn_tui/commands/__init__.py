"""What each command does, once the command line is parsed. Heavy imports stand inside the functions."""
