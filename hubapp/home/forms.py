"""Forms for a hub's brand, pages and front page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, FloatField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from hubapp.tenancy import brand, stylesheet, theme
from hubapp.tenancy.brand import Brand
from hubapp.web.forms import ChoiceField, Form

FONTS = {
    "grotesque": _l("Lively: Bricolage Grotesque"),
    "serif": _l("Calm: Fraunces"),
    "arabic": _l("Arabic: Readex Pro"),
    "plain": _l("Plain: Figtree"),
}
SHAPES = {"square": _l("Square"), "rounded": _l("Rounded"), "pill": _l("Round")}
DENSITIES = {"compact": _l("Compact"), "regular": _l("Regular"), "roomy": _l("Roomy")}
TILES = {
    "workshop": _l("Workshop"),
    "rest": _l("Rest"),
    "harbour": _l("Harbour"),
    "network": _l("Network"),
}


def _choices(known: object, words: dict[str, object]) -> list[tuple[str, object]]:
    return [(key, words.get(key, key)) for key in known]  # type: ignore[attr-defined]


class BrandForm(Form):
    """Name, colours, shapes and logo of a hub; `version` is what the page was made from."""

    version = HiddenField()
    name = StringField(_l("Name"), [InputRequired(_l("Enter a name.")), Length(max=brand.LONGEST_NAME)])
    place = StringField(_l("Place"), [InputRequired(_l("Enter a place.")), Length(max=brand.LONGEST_PLACE)])
    primary = StringField(_l("Main colour"), [InputRequired(_l("Choose a colour."))])
    accent = StringField(_l("Second colour"), [InputRequired(_l("Choose a colour."))])
    neutral_hue = FloatField(_l("Hue of the greys, in degrees"), [Optional(), NumberRange(0, 360)])
    font_pair = ChoiceField(_l("Typefaces"), choices=_choices(theme.FONT_PAIRS, FONTS))
    radius = IntegerField(_l("Roundness of cards, in pixels"), [InputRequired(), NumberRange(0, theme.LARGEST_RADIUS)])
    control_shape = ChoiceField(_l("Buttons"), choices=_choices(theme.CONTROL_SHAPES, SHAPES))
    density = ChoiceField(_l("Spacing"), choices=_choices(theme.DENSITIES, DENSITIES))
    tile_set = ChoiceField(_l("Cover art"), choices=_choices(theme.TILE_SETS, TILES))
    mosaic = IntegerField(_l("Number of the drawing"), [InputRequired(), NumberRange(0, brand.LARGEST_MOSAIC)])
    theme_css = TextAreaField(_l("Fine tuning (CSS properties)"), [Optional(), Length(max=stylesheet.LARGEST)])
    logo = FileField(_l("Logo (SVG)"))
    kept_logo = HiddenField()
    removes_logo = BooleanField(_l("Remove the present logo"))

    def brand(self, kept: bytes | None) -> Brand:
        """What was typed, as the service takes it. `kept`: the drawing that came with the form before."""
        keys = (
            "primary",
            "accent",
            "neutral_hue",
            "font_pair",
            "radius",
            "control_shape",
            "tile_set",
            "mosaic",
            "density",
        )
        upload = self.logo.data
        drawing = upload.read() if upload and upload.filename else kept
        return Brand(
            name=self.name.data or "",
            place=self.place.data or "",
            theme={key: _trimmed(getattr(self, key).data) for key in keys},
            theme_css=(self.theme_css.data or "").replace("\r\n", "\n"),
            logo=b"" if self.removes_logo.data and drawing is None else drawing,
        )


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


class NewPageForm(Form):
    """Where a new page will stand."""

    slug = StringField(_l("Address"), [InputRequired(_l("Enter an address.")), Length(max=40)])
    locale = ChoiceField(_l("Language"))
