"""The screen of several runs over each other: charts, the settings in which they differ, results, and groups."""
