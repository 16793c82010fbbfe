"""Notifications: what people are told, in the app and by mail, in their language and in the look of the hub.

Each slice declares its kinds in its `notices.py` and tells people through `services.tell`. Mails go at once, with the
day's or the week's digest, or not at all, as each reader chooses; money and security always arrive. Answers LinkAsked,
PasswordChanged, EmailChanged and SecondFactorChanged of accounts. Publishes nothing.
"""
