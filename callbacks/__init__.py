"""Lightning callbacks; each works on any LightningModule that has a `task`."""
