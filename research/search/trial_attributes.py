"""What is noted about a trial beside Optuna's own: values by name, kept as JSON."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from research.search.tables import ATTRIBUTES

_READ = select(ATTRIBUTES.c.key, ATTRIBUTES.c.value_json).where(
    ATTRIBUTES.c.trial_id == bindparam("of")
)
_ADD = insert(ATTRIBUTES)
_CHANGE = (
    update(ATTRIBUTES)
    .where(ATTRIBUTES.c.trial_id == bindparam("of"), ATTRIBUTES.c.key == bindparam("name"))
    .values(value_json=bindparam("text"))
)


def attributes_of(connection: Connection, trial_id: int) -> dict[str, Any]:
    """What is noted about a trial."""
    found = connection.execute(_READ, {"of": trial_id})
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
        connection.execute(_ADD, rows)
    for key, value in changes.items():
        if key in before and before[key] != value:
            text = json.dumps(value)
            connection.execute(_CHANGE, {"of": trial_id, "name": key, "text": text})
