"""One module for each command, run once the command line is parsed; heavy imports are inside the functions."""
