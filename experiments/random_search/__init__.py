"""Random search against grids: Bergstra and Bengio (2012), and the control where the grid wins."""
