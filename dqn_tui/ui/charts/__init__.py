"""Metrics over environment steps: the specification of a chart, the chart in a box, and charts of one row."""
