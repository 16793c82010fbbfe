"""Tables of compensation: who takes part under whom, plan versions, sales of the core's line, periods, their pay."""

from hubapp.earnings.compensation.models.participants import (
    ConnectorTerm,
    EarlierParticipation,
    Participant,
    Participation,
    PlanGroup,
    PlanGroupDelta,
    SponsorChange,
    Sponsorship,
)
from hubapp.earnings.compensation.models.periods import (
    PeriodStatus,
    PlanBooking,
    PlanExplained,
    PlanLine,
    PlanPeriod,
    PlanRun,
    PlanStatement,
    RunKind,
)
from hubapp.earnings.compensation.models.plans import PlanStatus, PlanVersion
from hubapp.earnings.compensation.models.sales import PlanRefund, PlanSale, PlanVolume, PlanVolumeDelta
from hubapp.earnings.compensation.models.tasks import PlanTask, TaskKind, TaskStep

__all__ = [
    "ConnectorTerm",
    "EarlierParticipation",
    "Participant",
    "Participation",
    "PeriodStatus",
    "PlanBooking",
    "PlanExplained",
    "PlanGroup",
    "PlanGroupDelta",
    "PlanLine",
    "PlanPeriod",
    "PlanRefund",
    "PlanRun",
    "PlanSale",
    "PlanStatement",
    "PlanStatus",
    "PlanTask",
    "PlanVersion",
    "PlanVolume",
    "PlanVolumeDelta",
    "RunKind",
    "SponsorChange",
    "Sponsorship",
    "TaskKind",
    "TaskStep",
]
