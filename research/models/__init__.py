"""The networks: plain torch modules, built from their settings."""
