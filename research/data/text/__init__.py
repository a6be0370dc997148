"""Text: where it comes from, what it is cut into, and the tokens that models see."""
