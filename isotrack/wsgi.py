"""What gunicorn serves. Each of its processes also looks after the scheduler (isotrack.journal.watch)."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "isotrack.settings")
application = get_wsgi_application()
import_string("isotrack.journal.watch.start")()
