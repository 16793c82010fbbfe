"""Commands of accounts. All times are wall time (`clock.wall()`): sandbox time must not open or close doors."""

from hubapp.people.accounts.services.credentials import (
    change_password,
    check_password,
    create_account,
    rename,
    set_locale,
)
from hubapp.people.accounts.services.factors import (
    begin_second_factor,
    enable_second_factor,
    new_recovery_codes,
    pass_second_factor,
    remove_second_factor,
)
from hubapp.people.accounts.services.links import (
    confirm_email,
    make_link,
    request_email_change,
    request_reset,
    resend_confirmation,
    reset_password,
    sign_up,
)
from hubapp.people.accounts.services.sessions import (
    end_other_sessions,
    end_session,
    open_hub_session,
    open_session,
    sign_in,
)
from hubapp.people.accounts.services.sweeping import sweep
from hubapp.people.accounts.services.throttle import forgive, limit

__all__ = [
    "begin_second_factor",
    "change_password",
    "check_password",
    "confirm_email",
    "create_account",
    "enable_second_factor",
    "end_other_sessions",
    "end_session",
    "forgive",
    "limit",
    "make_link",
    "new_recovery_codes",
    "open_hub_session",
    "open_session",
    "pass_second_factor",
    "remove_second_factor",
    "rename",
    "request_email_change",
    "request_reset",
    "resend_confirmation",
    "reset_password",
    "set_locale",
    "sign_in",
    "sign_up",
    "sweep",
]
