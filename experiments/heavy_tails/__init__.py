"""Why Adam is ahead of SGD where classes have heavy tails, on problems small enough to be exact."""
