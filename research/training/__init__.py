"""Training: the one loop, the Trainer around it, durable checkpoints, exact resume."""
