"""Where is the gap between Adam and SGD: a CNN on images against a transformer on text."""
