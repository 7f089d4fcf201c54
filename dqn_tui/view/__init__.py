"""What is shown of a run, without a screen: its state, its series, and charts as text."""
