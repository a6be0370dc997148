"""The error of a storage that can't be used. Imports nothing, for those who only catch it."""


class StorageError(Exception):
    """A study's database is gone, full, damaged or locked; the text is the user's one line.

    Nothing that was told to the study before is lost: the same command goes on with it.
    """
