"""Two-layer networks of growing width, and where their test loss peaks."""
