"""Commands of buying, by stage: basket, checkout, settlement, fulfilment."""

from hubapp.market.orders.services.basket import (
    change_quantity,
    claim_basket,
    open_basket,
    put_in_basket,
    restore_basket,
)
from hubapp.market.orders.services.bulk import PastLine, PastOrder, bring_orders
from hubapp.market.orders.services.checkout import Purchase, place_orders
from hubapp.market.orders.services.direct import DirectOrder, place_direct_order
from hubapp.market.orders.services.disputes import follow_dispute
from hubapp.market.orders.services.fulfilment import cancel_order, mark_handed_over, refund_failed, refund_settled
from hubapp.market.orders.services.invoices import correct_invoice, follow_books, forget_billing, save_billing
from hubapp.market.orders.services.placing import Buyer
from hubapp.market.orders.services.refunds import (
    ask_refund,
    decline_refund,
    escalate_due,
    grant_refund,
    may_decide,
    part_failed,
    part_settled,
    refund_part,
    set_limits,
)
from hubapp.market.orders.services.settlement import close_checkout, expire_due, is_over, settle_orders
from hubapp.market.orders.services.standing import (
    Page,
    StandingOrder,
    charge_card,
    is_payment_dead,
    open_page,
    place_standing_order,
)

__all__ = [
    "Buyer",
    "DirectOrder",
    "Page",
    "PastLine",
    "PastOrder",
    "Purchase",
    "StandingOrder",
    "ask_refund",
    "bring_orders",
    "cancel_order",
    "change_quantity",
    "charge_card",
    "claim_basket",
    "close_checkout",
    "correct_invoice",
    "decline_refund",
    "escalate_due",
    "expire_due",
    "follow_books",
    "follow_dispute",
    "forget_billing",
    "grant_refund",
    "is_over",
    "is_payment_dead",
    "mark_handed_over",
    "may_decide",
    "open_basket",
    "open_page",
    "part_failed",
    "part_settled",
    "place_direct_order",
    "place_orders",
    "place_standing_order",
    "put_in_basket",
    "refund_failed",
    "refund_part",
    "refund_settled",
    "restore_basket",
    "save_billing",
    "set_limits",
    "settle_orders",
]
