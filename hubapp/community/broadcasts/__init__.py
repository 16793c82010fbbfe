"""Broadcasts: news that a connector writes to everybody in the hub, or to some of them.

A broadcast is a draft until it is scheduled, and can be taken back until it goes. It is sent in batches, each person
at most once, as each wants news: as a mail of its own, with their digest, in the app only, or not at all. Nothing is
followed: no opened mails are counted. Publishes nothing.
"""
