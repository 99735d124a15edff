"""The places in a mail of the service itself that differ from mail to mail; see `slots` for why they are addresses."""

from digest.editions.contents import RESERVED_DOMAIN

CONFIRM_URL = f"https://confirm.{RESERVED_DOMAIN}/"
DENY_URL = f"https://not-me.{RESERVED_DOMAIN}/"

MAIL_SENTINELS = (CONFIRM_URL, DENY_URL)
