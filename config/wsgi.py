"""The WSGI application, for granian (`config.serve`) or any other server."""

import os

from django.core.wsgi import get_wsgi_application

from config.shared_answers import SharedAnswers
from parking.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = SharedAnswers(get_wsgi_application())
refuse_unsafe_start()
