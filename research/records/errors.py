"""The error of a record that can't be read or made."""

from research.settings.errors import SettingsError


class RecordError(SettingsError):
    """A record is missing, damaged, in the way or not writable; the text is the user's one line."""
