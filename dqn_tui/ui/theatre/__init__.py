"""Greedy episodes as they are played: beside the charts of the dashboard, or on a screen of their own."""
