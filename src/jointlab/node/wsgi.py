"""The application that granian serves: the pages and the API, and beside them the instruments' network drives."""

import os

from django.core.wsgi import get_wsgi_application

from jointlab.laboratory.drive.mount import beside
from jointlab.node.lifeline import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jointlab.node.settings")
SERVER = os.environ.get("JOINTLAB_SERVER", "")
LAST_WORDS = 10.0  # seconds for requests that are under way when the server was killed
if SERVER not in ("", str(os.getpid())):  # a web process of `jointlab serve`, which may have been killed meanwhile
    end_with_parent(int(SERVER), grace=LAST_WORDS)
pages = get_wsgi_application()
application = beside(pages)
