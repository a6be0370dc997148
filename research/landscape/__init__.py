"""Loss landscapes: directions, surfaces, paths, curvature and patterns of any `nn.Module`."""
