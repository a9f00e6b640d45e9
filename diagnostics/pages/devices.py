"""A diagnostician's own devices: give a phone its password, shown once, and take it away again."""

import base64
import json
import zlib

import segno
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from diagnostics.access import allow, visible
from diagnostics.actions import devices
from diagnostics.actions.base import ActionError
from diagnostics.actions.devices import LONGEST_NAME, NewDevice, may_have_devices
from diagnostics.forms import given
from diagnostics.limits import limiter
from diagnostics.models import Device, Role
from diagnostics.web import actor, database, reading, settings

bp = Blueprint("devices", __name__, url_prefix="/mon-compte/appareils")


class DeviceForm(FlaskForm):
    """The name of a new device."""

    name = StringField(
        _l("Nom de l’appareil"),
        [given(_l("le nom de l’appareil")), Length(max=LONGEST_NAME, message=_l("80 signes au plus."))],
    )


def server_address() -> str:
    """What is typed into ODK Collect as the server's address."""
    return f"{settings().public_url.rstrip('/')}/openrosa"


def collect_settings(device: NewDevice) -> str:
    """The settings of ODK Collect for this device, as its QR code carries them: JSON, deflated, in base 64."""
    project = {
        "general": {
            "protocol": "odk_default",
            "server_url": server_address(),
            "username": device.login,
            "password": device.password,
            "form_update_mode": "match_exactly",
        },
        "admin": {},
        "project": {"name": str(_("Diagnostics partagés"))},
    }
    return base64.b64encode(zlib.compress(json.dumps(project, separators=(",", ":")).encode(), 9)).decode()


def _page(form: DeviceForm, status: int = 200) -> ResponseReturnValue:
    query = visible(Device, actor()).order_by(Device.revoked_at.is_not(None), Device.created_at.desc(), Device.id.desc())
    page = render_template(
        "devices/index.html",
        form=form,
        devices=reading().scalars(query).all(),
        may_add=may_have_devices(reading(), actor().user_id),
        address=server_address(),
    )
    return page, status


@bp.get("")
@allow(Role.DIAGNOSTICIAN)
def index() -> ResponseReturnValue:
    """One's devices, and a form for a new one."""
    return _page(DeviceForm(formdata=None))


@bp.post("")
@allow(Role.DIAGNOSTICIAN)
@limiter.limit("20 per minute")
def add() -> ResponseReturnValue:
    """Adds a device and shows its password, this once."""
    form = DeviceForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        made = devices.add_device(database(), actor(), form.name.data or "", secret=settings().secret_key.get_secret_value())
    except ActionError as error:
        form.name.errors = [str(error.message)]
        return _page(form, 422)
    picture = segno.make(collect_settings(made)).svg_data_uri(scale=5, dark="#14213D", light="#FFFFFF")
    return render_template("devices/new.html", device=made, picture=picture, address=server_address())


@bp.post("/<int:number>/retirer")
@allow(Role.DIAGNOSTICIAN)
def revoke(number: int) -> ResponseReturnValue:
    """Takes a device's access away."""
    devices.revoke_device(database(), actor(), number)
    flash(_("Appareil retiré : il ne peut plus rien lire ni envoyer."), "success")
    return redirect(url_for("devices.index"), 303)
