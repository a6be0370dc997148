"""Every learning-rate schedule, and one problem trained under each."""
