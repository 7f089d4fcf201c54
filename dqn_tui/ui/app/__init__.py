"""The Textual application that owns the terminal: driver, signals, suspension, errors, themes, toasts and palette."""
