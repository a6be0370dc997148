"""A user's own run of two stages: the tiny network is trained, then its surface is measured."""
