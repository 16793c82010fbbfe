"""Messages between members of a hub: one to one, and in small groups.

Terms: a *thread* is what two or up to twelve members write to one another; a *part* is one member's place in it: what
they have read, whether it is muted for them, whether they left. Only those who are in a thread read it; neither the
connector nor the central team, whose database role has no right to a single message.

What is new arrives by asking, as in conversations: an open page asks ever less often while nothing comes, and an answer
that brings nothing is a 204 that costs one look at an index. After a message it asks each ten seconds for a minute.

Publishes MessageSent and answers it: whoever has not read it is told, as each of them wants.
"""
