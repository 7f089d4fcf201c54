"""The Python surface: what `import dqn_tui` gives."""
