"""A postman in a process of his own, to be killed: `lone_postman.py FOLDER NOW`."""

import sys
import time
from datetime import datetime
from pathlib import Path

from digest.configuration import load_settings
from digest.database import Database
from digest.delivery.postman import postman_running

folder, now = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
settings = load_settings(folder / "digest.toml", {})
with postman_running(settings, Database(settings.database.url.get_secret_value()), lambda: now):
    time.sleep(60)
