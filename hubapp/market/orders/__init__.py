"""Buying: basket, checkout, orders, receipts.

Terms: a *basket* waits, a *checkout* is one attempt to pay for a basket's content, an *order* is what one seller has to
deliver of it. Publishes OrderPaid, OrderCanceled, OrderHandedOver. Answers ChargeSettled, ChargeFailed, PaymentExpired,
RefundSettled and RefundFailed of money.payments.
"""
