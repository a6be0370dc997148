"""The command line `descent`: puts settings, modules and callbacks together and keeps the record."""
