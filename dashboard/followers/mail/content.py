"""What a letter says, before it is text or HTML, and what it is made from."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from flask_babel import gettext as _

from auth.pages.times import offset
from models import LoginLog, User
from models.zones import zone_names


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The parts of a letter; ``why`` tells its reader why it came, ``link`` is words and an address."""

    subject: str
    says: tuple[str, ...]
    why: str
    facts: tuple[tuple[str, str], ...] = ()
    link: tuple[str, str] | None = None
    then: tuple[str, ...] = ()
    listed: tuple["Content", ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """What a letter is written from: to whom, because of which entry or words, and where the site is.

    Times are told in ``zone``, words in ``locale``. A digest lists ``digested``; ``more`` came beside them.
    """

    user: User
    entry: LoginLog | None
    words: dict[str, Any]
    site: str
    locale: str
    zone: ZoneInfo
    digested: tuple[Content, ...] = ()
    more: int = 0

    def moment(self, moment: datetime) -> str:
        """Return a time to the minute with its zone: "November 30, 2026, 14:57 (Europe/Berlin, UTC+1)"."""
        local = moment.astimezone(self.zone)
        day = format_date(local.date(), "long", locale=Locale.parse(self.locale))
        zone = "UTC" if self.zone.key == "UTC" else f"{self.zone.key}, {offset(local)}"
        return f"{day} {local:%H:%M} ({zone})"

    @property
    def reader(self) -> str:
        """The reader's name; none to an address that nobody confirmed.

        Who registers chooses name, agent and whose address they give: it must not become their letter to a
        stranger, in which mail programs make a link of ``evil.example``.
        """
        return self.user.username if self.user.email_confirmed_at else ""

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Return whose account, when, with what and from where, as far as the entry still says so."""
        found = {_("User name"): self.reader}
        if self.entry:
            parts = (self.entry.browser, self.entry.os, self.entry.device) if self.reader else ()
            found |= {
                _("When"): self.moment(self.entry.occurred_at),
                _("Device"): " · ".join(dict.fromkeys(part for part in parts if part)),
                _("Address"): self.entry.ip or "",
            }
        return tuple((name, value) for name, value in found.items() if value)


def cause(
    user: User, entry: LoginLog | None, words: str | None, site: str, fallback: tuple[str, str]
) -> Cause:
    """Return what a letter is written from; ``fallback`` are the site's own language and zone."""
    locale = next(name for name in (user.locale, user.language, fallback[0], "en") if name in ("en", "zh"))
    zone = user.timezone if user.timezone in zone_names() else fallback[1]
    return Cause(user, entry, json.loads(words or "{}"), site, locale, ZoneInfo(zone))
