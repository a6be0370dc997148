"""The commands `sweep` and `worker`: a study's trials, each a run with a record of its own."""
