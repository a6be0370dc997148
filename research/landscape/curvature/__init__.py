"""Curvature of any `nn.Module`: the Hessian of a mean loss, and what is read off it."""
