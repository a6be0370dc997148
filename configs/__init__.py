"""One YAML file per experiment: settings, variants, presets."""
