"""Payouts: what people earned, in their bank account.

Terms: *payee* (a person with an account at the provider), *payout* (one transfer and one bank transfer, drawn from all
hubs in which the payee has available money of one currency), *part* (what one hub gives to a payout; its own entries).
Publishes PayoutPaid, PayoutFailed. Answers payments' CommandFinished, AccountChanged, PayoutChanged.
"""
