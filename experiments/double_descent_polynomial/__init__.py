"""Double descent of polynomial least squares: the lecture's own setting, and Schaeffer et al.'s."""
