"""What the parts of a hub's brand and pages are called on the connector's pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

PARTS = {
    "brand": _l("Brand"),
    "front": _l("Front page"),
    "steps": _l("First steps"),
    "page": _l("Pages"),
    "switches": _l("Switches"),
}
# What a connector turns on and off, and what that means.
SWITCHES = {
    "conversations": (_l("Conversations"), _l("Members tell and ask one another.")),
    "open_conversations": (
        _l("Conversations are open"),
        _l("Those who have not joined read them too; only members write."),
    ),
    "events": (_l("Gatherings"), _l("Plan them, register, tickets. What is planned already stays, out of sight.")),
    "members_directory": (_l("Directory"), _l("Members see one another, and what each offers, seeks and knows.")),
    "needs": (_l("Needs"), _l("What members look for stands on the front page, as far as members may see it.")),
    "messages": (_l("Messages"), _l("Members write to one another.")),
    "mentors": (_l("Welcoming newcomers"), _l("Somebody welcomes each newcomer, with a plan of first steps.")),
    "referrals": (
        _l("Links of members"),
        _l("Members pass on a link of their own and see what came of it. Links in print go on leading here."),
    ),
    "shipping": (
        _l("Parcels"),
        _l("Sellers may send what they sell. What can be sent already stays so until its seller changes it."),
    ),
    "pickup": (
        _l("Picking up"),
        _l("Buyers may fetch products. What can be fetched already stays so; what happens here is not concerned."),
    ),
}
# Turned where it is about something: who reads conversations, among conversations.
TURNED_ELSEWHERE = ("open_conversations",)
SECTIONS = {
    "hero": _l("Promise and cover"),
    "facts": _l("Numbers"),
    "start": _l("First steps"),
    "gatherings": _l("Next gatherings"),
    "conversations": _l("Newest conversations"),
    "listings": _l("Newest listings"),
    "needs": _l("Needs"),
    "orders_split": _l("Where payments went"),
    "connector": _l("Connector"),
    "members": _l("Newest members"),
    "about": _l("About"),
}
TEXTS = {
    "name": _l("Name"),
    "place": _l("Place"),
    "tagline": _l("A few words beneath the name"),
    "promise": _l("Promise"),
    "lead": _l("Introduction"),
    "join": _l("Button: join"),
    "browse": _l("Button: market"),
    "about": _l("About"),
}
# What each of the hub's own nouns stands for.
WORDS = {
    "member": _l("member"),
    "members": _l("members"),
    "listing": _l("listing"),
    "listings": _l("listings"),
    "offer": _l("offer"),
    "offers": _l("offers"),
    "need": _l("need"),
    "needs": _l("needs"),
    "market": _l("market"),
    "connector": _l("connector"),
    "seller": _l("seller"),
    "join": _l("Join"),
}
STEPS = {
    "welcome": _l("Above the steps"),
    "hello": _l("Say hello"),
    "profile": _l("Profile"),
    "gathering": _l("Gathering"),
    "trade": _l("Market"),
}
THEME = {
    "primary": _l("Main colour"),
    "accent": _l("Second colour"),
    "neutral_hue": _l("Hue of the greys, in degrees"),
    "font_pair": _l("Typefaces"),
    "control_shape": _l("Buttons"),
    "radius": _l("Roundness of cards, in pixels"),
    "density": _l("Spacing"),
    "tile_set": _l("Cover art"),
    "mosaic": _l("Number of the drawing"),
}
COLOURS = ("primary", "accent")
