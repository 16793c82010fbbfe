"""What happens to retainers: proposed, approved or refused, earned period by period, ended."""

from hubapp.earnings.retainers.services.agreeing import Proposal, approve, propose, refuse
from hubapp.earnings.retainers.services.earning import EARN, earn, lock_of
from hubapp.earnings.retainers.services.ending import end

__all__ = ["EARN", "Proposal", "approve", "earn", "end", "lock_of", "propose", "refuse"]
