"""Accounts: who signs in, with what proof, on which devices.

Terms: account (one person's login, central), credential (password and second factor), session (one device on one site;
a hub's session is the child of a central one and dies with it), second factor (TOTP or a recovery code).
Publishes nothing; answers nothing.
"""
