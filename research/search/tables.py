"""Optuna's tables, as its version 5 has them: the one place that knows where it keeps them.

They are not part of what Optuna promises, so its version is bounded, and a database that another
version has made is refused when it is opened.
"""

from optuna.storages._rdb import models
from sqlalchemy import Table


def _table(model: type) -> Table:
    table = model.__dict__["__table__"]
    assert isinstance(table, Table)
    return table


STUDIES = _table(models.StudyModel)
DIRECTIONS = _table(models.StudyDirectionModel)
STUDY_ATTRIBUTES = _table(models.StudyUserAttributeModel)
TRIALS = _table(models.TrialModel)
ATTRIBUTES = _table(models.TrialUserAttributeModel)
PARAMS = _table(models.TrialParamModel)
VALUES = _table(models.TrialValueModel)
REPORTS = _table(models.TrialIntermediateValueModel)
HEARTBEATS = _table(models.TrialHeartbeatModel)

stored_value = models.TrialValueModel.value_to_stored_repr
reported_value = models.TrialIntermediateValueModel.stored_repr_to_intermediate_value
