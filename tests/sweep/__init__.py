"""A user's own sweep: tiny, random, and able to kill itself at a point."""
