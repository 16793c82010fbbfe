"""Tables of compensation: who takes part under whom, plan versions, sales of the core's line, periods, their pay."""

from hubapp.earnings.compensation.models.participants import (
    ConnectorTerm,
    EarlierParticipation,
    Participant,
    SponsorChange,
    Sponsorship,
)
from hubapp.earnings.compensation.models.periods import PeriodStatus, PlanLine, PlanPeriod, PlanRun, RunKind
from hubapp.earnings.compensation.models.plans import PlanStatus, PlanVersion
from hubapp.earnings.compensation.models.sales import PlanRefund, PlanSale, PlanVolume, PlanVolumeDelta

__all__ = [
    "ConnectorTerm",
    "EarlierParticipation",
    "Participant",
    "PeriodStatus",
    "PlanLine",
    "PlanPeriod",
    "PlanRefund",
    "PlanRun",
    "PlanSale",
    "PlanStatus",
    "PlanVersion",
    "PlanVolume",
    "PlanVolumeDelta",
    "RunKind",
    "SponsorChange",
    "Sponsorship",
]
