"""What happens to retainers: proposed, approved or refused, earned period by period, ended, taken back."""

from hubapp.earnings.retainers.services.agreeing import Proposal, approve, propose, refuse
from hubapp.earnings.retainers.services.earning import EARN, earn, lock_of
from hubapp.earnings.retainers.services.ending import end
from hubapp.earnings.retainers.services.taking_back import (
    Wanted,
    approve_take_back,
    propose_take_back,
    refuse_take_back,
)

__all__ = [
    "EARN",
    "Proposal",
    "Wanted",
    "approve",
    "approve_take_back",
    "earn",
    "end",
    "lock_of",
    "propose",
    "propose_take_back",
    "refuse",
    "refuse_take_back",
]
