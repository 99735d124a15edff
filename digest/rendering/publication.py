"""What a template may say of the newsletter and the newsroom behind it."""

from dataclasses import dataclass

from digest.settings.theme import DEFAULT_THEME, ThemeSettings


@dataclass(frozen=True, slots=True)
class Publication:
    """The standing texts of one newsletter.

    `slug` names the newsletter in addresses. `base_url` has no slash at its end. `language` is a BCP 47 tag.
    `timezone` is an IANA name. `send_time` is local, as "06:00".
    `privacy_url` and `logo_url` are None where the newsroom set none.
    """

    slug: str
    name: str
    pitch: str
    site_name: str
    base_url: str
    language: str
    timezone: str
    send_time: str
    postal_address: str
    contact: str
    logo_url: str | None = None
    privacy_url: str | None = None
    theme: ThemeSettings = DEFAULT_THEME

    def web_version_url(self, local_date: str) -> str:
        """Return where the edition of *local_date* (ISO 8601) stands in the archive."""
        return f"{self.base_url}/archive/{self.slug}/{local_date}"
