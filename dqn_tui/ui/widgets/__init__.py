"""Building blocks of every screen: rows of styled text, panels, key bar, colours, and the state they draw from."""
