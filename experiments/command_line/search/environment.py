"""What a worker tells the processes of its runs by the environment."""

STORAGE_VARIABLE = "DESCENT_STORAGE"
"""Holds the URL of a study's storage. It may hold a password, so it stands neither in a record nor
on the command line of any process; a user may set it in place of `--storage` too."""
