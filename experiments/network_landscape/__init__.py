"""Surfaces and curvature of networks that another record has trained: `descent landscape`."""
