"""What the command line and the Python surface do alike: find, prepare, open and measure runs."""
