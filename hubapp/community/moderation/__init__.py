"""Keeping a hub decent: what is reported, what is done about it, and who may ask for it to be undone.

Terms: a *thing* is what can be reported (a post, a comment, a gathering, a listing, a member's page); a *report* is one
member's word about it; a *case* is what the hub has to decide about one thing, open until somebody did; an *action* is
a decision (leave, hide, warn, suspend; approve or refuse what waited), each with its undo; an *appeal* asks the core,
once per action, whose central team has the last word. The *subject* is the person whose thing it is.

Stands above the slices whose things it hides. Publishes CaseLeftToCore and DecisionAppealed; answers
TextHeld.
"""
