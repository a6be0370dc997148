"""No claims, no figures."""


def verdicts(record):
    return []


def figures(record):
    return {}
