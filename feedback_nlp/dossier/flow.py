"""The way of applications from the first step to what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feedback_nlp.history import Application
from feedback_nlp.labels import STEPS


@dataclass(frozen=True)
class Stop:
    """A step: how many applications came to it or further, and how many ended there, by how; all others went on."""

    step: str
    came: int
    turned_down: int
    offers: int
    open: int

    @property
    def went_on(self) -> int:
        """How many came further."""
        return self.came - self.turned_down - self.offers - self.open


def flow_of(applications: Sequence[Application]) -> tuple[Stop, ...]:
    """The steps in order, up to the last that any application came to; those of which none is known are left out."""
    known = [application for application in applications if application.reached]
    last = max((STEPS.index(application.reached) for application in known), default=-1)
    return tuple(_stop(step, [a for a in known if STEPS.index(a.reached) >= i]) for i, step in enumerate(STEPS[: last + 1]))


def _stop(step: str, came: Sequence[Application]) -> Stop:
    here = [application for application in came if application.reached == step]
    turned_down = sum(application.rejection is not None for application in here)
    others = len(here) - turned_down
    offers = others if step == STEPS[-1] else 0
    return Stop(step, len(came), turned_down, offers, others - offers)
