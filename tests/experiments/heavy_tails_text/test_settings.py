"""What can't be is refused before anything starts."""

import pytest
from pydantic import ValidationError

from experiments.heavy_tails_text.settings import HeavyTailsTextSettings


def test_every_token_has_a_class():
    with pytest.raises(ValidationError, match="null: one for each token"):
        HeavyTailsTextSettings.model_validate({"model": {"output_classes": 5}})
