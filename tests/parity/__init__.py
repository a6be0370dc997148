"""A user's own experiment: tiny, with dropout, and able to kill itself at a step."""
