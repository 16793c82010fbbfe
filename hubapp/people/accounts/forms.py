"""What people type to sign up, sign in and look after their account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from hubapp.people.accounts import policies
from hubapp.web.forms import Form

LANGUAGES = (("en", "English"), ("fr", "Français"), ("ar", "العربية"))
_needed = InputRequired(_l("Please fill this in."))
_address = Length(max=policies.MAX_EMAIL, message=_l("Enter an e-mail address such as name@example.org."))


class SignUpForm(Form):
    """A new account."""

    name = StringField(_l("Your name"), [_needed])
    email = StringField(_l("E-mail address"), [_needed, _address])
    password = PasswordField(_l("Password"), [_needed])
    next = HiddenField()


class SignInForm(Form):
    """An existing account."""

    email = StringField(_l("E-mail address"), [_needed, _address])
    password = PasswordField(_l("Password"), [_needed])
    next = HiddenField()


class EmailForm(Form):
    """An address to send a link to."""

    email = StringField(_l("E-mail address"), [_needed, _address])
    next = HiddenField()


class NewEmailForm(Form):
    """Another address for an account; who can read its mail can take it over, so that the password is asked for."""

    email = StringField(_l("New e-mail address"), [_needed, _address])
    password = PasswordField(_l("Current password"), [_needed])


class NewPasswordForm(Form):
    """A password set by mailed link."""

    password = PasswordField(_l("New password"), [_needed])


class ChangePasswordForm(Form):
    """A password replaced while signed in."""

    old = PasswordField(_l("Current password"), [_needed])
    password = PasswordField(_l("New password"), [_needed])


class ProfileForm(Form):
    """Name and language."""

    name = StringField(_l("Your name"), [_needed])
    locale = SelectField(_l("Language"), choices=[SelectChoice(code, name) for code, name in LANGUAGES])


class CodeForm(Form):
    """A one-time code."""

    code = StringField(_l("Code"), [_needed])
    next = HiddenField()


class PasswordForm(Form):
    """The password once more, before something weighty."""

    password = PasswordField(_l("Current password"), [_needed])
    next = HiddenField()


class EmptyForm(Form):
    """A button."""
