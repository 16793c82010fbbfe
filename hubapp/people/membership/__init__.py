"""Who belongs to a hub: memberships, roles and what they permit, invitations, and who brought whom.

Terms: *member* (an account that joined this hub), *connector* and *helper* (roles), *referral code* (a membership's
own), *invite link* (a code with a label, for print and campaigns), *touch* (someone came through a code; the last one
within 30 days counts, never one's own). Publishes MemberJoined, ConnectorChanged; answers nothing.
"""
