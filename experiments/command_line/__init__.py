"""The command line `descent`: puts the pieces together and keeps the record."""
