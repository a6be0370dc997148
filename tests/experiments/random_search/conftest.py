"""A small record with every sampler, computed once, and the settings as they ship."""

import pytest

from experiments.command_line.catalog import find
from experiments.random_search import evidence
from research.settings.document import read_document
from research.settings.resolve import resolve
from tests.experiments.random_search.made_up import VARIANTS, make_record, settings_of


@pytest.fixture(scope="session")
def record(tmp_path_factory):
    settings = {name: settings_of(name) for name in VARIANTS}
    return make_record(tmp_path_factory.mktemp("random_search") / "record", settings)


@pytest.fixture(scope="session")
def figures(record):
    return evidence.figures(record)


@pytest.fixture(scope="session")
def shipped():
    experiment = find("random_search")
    document = read_document(experiment.config)
    resolved = resolve(document, experiment.settings_class(), "quick")
    return {name: each.settings for name, each in resolved.variants.items()}
