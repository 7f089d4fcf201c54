"""Runs in a browser: a web server on this machine, and a process of the dashboard for each visitor."""
