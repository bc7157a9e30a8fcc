"""What a WSGI server serves: the portal, set up from the environment."""

from __future__ import annotations

import os

from portal.app import create_app, start_draining
from portal.settings import Settings

app = create_app(Settings.from_environment(os.environ))
start_draining(app)
