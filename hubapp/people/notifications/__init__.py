"""Notifications: mails in the reader's language, in the look of the hub they come from.

Answers LinkAsked, PasswordChanged, EmailChanged and SecondFactorChanged of accounts. Publishes nothing.
"""
