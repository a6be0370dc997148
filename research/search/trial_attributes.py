"""What is noted about a trial beside Optuna's own: values by name, kept as JSON."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from research.search.tables import ATTRIBUTES


def attributes_of(connection: Connection, trial_id: int) -> dict[str, Any]:
    """What is noted about a trial."""
    found = connection.execute(
        select(ATTRIBUTES.c.key, ATTRIBUTES.c.value_json).where(ATTRIBUTES.c.trial_id == trial_id)
    )
    return {key: json.loads(text) for key, text in found}


def set_attributes(
    connection: Connection, trial_id: int, before: Mapping[str, Any], changes: Mapping[str, Any]
) -> None:
    """Notes something about a trial.

    Args:
        connection: in a transaction that has locked the trial.
        trial_id: of the trial.
        before: what was noted so far.
        changes: what is to be noted now.
    """
    rows = [
        {"trial_id": trial_id, "key": key, "value_json": json.dumps(value)}
        for key, value in changes.items()
        if key not in before
    ]
    if rows:
        connection.execute(insert(ATTRIBUTES), rows)
    for key, value in changes.items():
        if key in before and before[key] != value:
            connection.execute(
                update(ATTRIBUTES)
                .where(ATTRIBUTES.c.trial_id == trial_id, ATTRIBUTES.c.key == key)
                .values(value_json=json.dumps(value))
            )
