"""A user's own experiment with something to search, whose trials can be made to fail."""
