"""When each of the 44 actions is called for: the triggers on people and those on the model, together."""

from collections.abc import Mapping

from analysis.actions import triggers_model, triggers_people
from analysis.actions.situation import Situation, Trigger

__all__ = ["TRIGGERS", "Situation"]

TRIGGERS: Mapping[str, Trigger] = {**triggers_people.TRIGGERS, **triggers_model.TRIGGERS}
