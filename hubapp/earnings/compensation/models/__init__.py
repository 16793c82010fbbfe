"""Tables of compensation: who takes part under whom, plan versions, sales of the core's line, periods, their pay."""

from hubapp.earnings.compensation.models.participants import ConnectorTerm, Participant, SponsorChange, Sponsorship
from hubapp.earnings.compensation.models.periods import PlanLine, PlanPeriod, PlanRun
from hubapp.earnings.compensation.models.plans import PlanVersion
from hubapp.earnings.compensation.models.sales import PlanRefund, PlanSale, PlanVolume, PlanVolumeDelta

__all__ = [
    "ConnectorTerm",
    "Participant",
    "PlanLine",
    "PlanPeriod",
    "PlanRefund",
    "PlanRun",
    "PlanSale",
    "PlanVersion",
    "PlanVolume",
    "PlanVolumeDelta",
    "SponsorChange",
    "Sponsorship",
]
