"""The configuration: what `digest.toml` and the environment may say, as frozen values.

Read once at the edge by `digest.configuration` and handed down; nothing else reads the environment.
"""

from digest.settings.alerts import AlertSettings
from digest.settings.delivery import DkimSettings, RelaySettings, SmtpSettings
from digest.settings.fetching import FetchingSettings
from digest.settings.log import LoggingSettings
from digest.settings.newsletter import WEEKDAYS, NewsletterSettings, SectionRule
from digest.settings.ranking import RankingSettings
from digest.settings.signup import SignupSettings, WebSettings
from digest.settings.sponsors import SponsorRule
from digest.settings.theme import ThemeSettings
from digest.settings.whole import DatabaseSettings, Settings, SiteSettings, SourceSettings

__all__ = [
    "WEEKDAYS",
    "AlertSettings",
    "DatabaseSettings",
    "DkimSettings",
    "FetchingSettings",
    "LoggingSettings",
    "NewsletterSettings",
    "RankingSettings",
    "RelaySettings",
    "SectionRule",
    "Settings",
    "SignupSettings",
    "SiteSettings",
    "SmtpSettings",
    "SourceSettings",
    "SponsorRule",
    "ThemeSettings",
    "WebSettings",
]
