"""A user's own experiment, outside `experiments/`: tiny, with dropout, and able to kill itself at a chosen step."""
