"""Evidence: claims, verdicts, figures and the report, computed from records alone. No torch."""
