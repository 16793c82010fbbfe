"""Subscriptions: the same again every month, until somebody stops it.

Terms: a *period* is one month of a subscription, numbered from 0; a *renewal* is the order that a period makes; who is
*behind* has a renewal that could not be paid. We keep the schedule, the provider only keeps the card.
Answers ChargeSettled, ChargeFailed, PaymentExpired and CardSaved of money.payments.
"""
