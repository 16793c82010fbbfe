"""Payments: what the provider is asked to do, what it said, and what happened to the money.

Terms: *payment* (one part of an order to be paid once), *command* (a request to the provider, kept before it is sent),
*event* (the provider's hint that something changed; never believed without looking).
Publishes ChargeSettled, ChargeFailed, PaymentExpired, RefundSettled, RefundFailed, CardSaved, CommandFinished,
AccountChanged, PayoutChanged. Answers no events of other slices.
"""
