"""Double descent of random features: the error over their number, and over that of examples."""
