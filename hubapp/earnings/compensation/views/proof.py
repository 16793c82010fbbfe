"""What anybody needs to check a statement away from this server: the published keys, and the program itself."""

from __future__ import annotations

from pathlib import Path

from flask import Response, current_app, jsonify

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.statement import keys
from hubapp.web import areas

pages = areas.central_blueprint("proof", __name__)
PROGRAM = Path(verify_statement.__file__)


@pages.get(keys.PATH)
def published() -> Response:
    """The public keys of statements, retired ones included. Anybody may read them from anywhere."""
    answer = jsonify(keys.published(current_app.extensions["hubapp.settings"]))
    answer.headers["Cache-Control"] = "public, max-age=3600"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@pages.get("/statements/verify_statement.py")
def program() -> Response:
    """The very file that this server builds statements with, to keep and to run."""
    answer = Response(PROGRAM.read_bytes(), mimetype="text/x-python")
    answer.headers["Content-Disposition"] = f"attachment; filename={PROGRAM.name}"
    answer.headers["Cache-Control"] = "no-cache"
    return answer
