"""The rival with the same task: Django's admin on the same table, through PyMySQL.

Its list view is called as its URL resolver would, without middleware or session; the
response is rendered. So the figures flatter it a little.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import django
import pymysql
from django.conf import settings
from sqlalchemy import make_url

from bench.questions import Question

ROOT_URLCONF = "bench.django_urls"


def start(url: str) -> Callable[[str], bytes]:
    """Set Django up on a MariaDB database, once a process; return what answers a query string."""
    pymysql.install_as_MySQLdb()
    address = make_url(url)
    database = {"ENGINE": "django.db.backends.mysql", "NAME": address.database, "USER": address.username}
    database |= {"HOST": address.host, "PORT": address.port, "CONN_MAX_AGE": None}
    apps = ("admin", "auth", "contenttypes", "messages", "sessions", "staticfiles")
    context = ("request", "debug")
    settings.configure(
        SECRET_KEY="rival",
        DATABASES={"default": database},
        INSTALLED_APPS=["bench", *(f"django.contrib.{app}" for app in apps)],
        ROOT_URLCONF=ROOT_URLCONF,
        STATIC_URL="/static/",
        USE_TZ=False,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        *(f"django.template.context_processors.{name}" for name in context),
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        LOGGING_CONFIG=None,
    )
    django.setup()
    return _lister()


def _lister() -> Callable[[str], bytes]:
    # Nothing of these can be imported before Django's setup.
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.contrib.messages.storage.cookie import CookieStorage  # noqa: PLC0415
    from django.test import RequestFactory  # noqa: PLC0415

    from bench.django_urls import view  # noqa: PLC0415

    factory, superuser = (
        RequestFactory(),
        User(username="rival", is_superuser=True, is_staff=True, is_active=True),
    )

    def answer(query: str) -> bytes:
        request: Any = factory.get(f"/admin/bench/entry/?{query}")
        request.user, request._messages = superuser, CookieStorage(request)
        response: Any = view.changelist_view(request)
        if response.status_code != 200:
            raise AssertionError(f"Django answers {response.status_code} to {query}")
        content: bytes = response.render().content
        return content

    return answer


def query(question: Question) -> str | None:
    """Return how Django's list is asked a question, None where it cannot."""
    if question.equal is None:
        return None
    asked: dict[str, object] = dict(question.equal)
    if question.period:
        asked |= {"occurred_at__gte": question.period[0], "occurred_at__lt": question.period[1]}
    if question.page:
        asked["p"] = question.page + 1
    return urlencode(asked)
