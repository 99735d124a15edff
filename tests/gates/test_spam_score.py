"""SpamAssassin, without the network, gives the mail no point."""

import re
import subprocess

import pytest

SCORE = re.compile(rb"^X-Spam-Status: (?:Yes|No), score=(-?[\d.]+).*?tests=([\w,\s]*?)\s+autolearn", re.MULTILINE)


@pytest.fixture
def score(tool, tmp_path):
    def check(message):
        home = ["--siteconfigpath=/etc/spamassassin", f"--prefspath={tmp_path / 'preferences'}"]
        (tmp_path / "preferences").touch()
        command = [tool("spamassassin", "spamassassin"), "-L", *home]
        said = subprocess.run(command, input=message, check=True, capture_output=True, timeout=100).stdout
        found = SCORE.search(said)
        assert found, said[:2000]
        return float(found[1]), found[2].decode()

    return check


def test_the_edition_scores_nothing(demo, score):
    points, reasons = score(demo.wire)
    assert points <= 0, reasons


def test_it_would_score_a_mail_that_shouts(demo, score):
    head = re.sub(rb"Subject: [^\r]*\r\n(?: [^\r]*\r\n)*", b"Subject: FREE VIAGRA!!! MAKE $$$ FAST\r\n", demo.wire)
    points, _ = score(re.sub(rb"Date: [^\r]*\r\n", b"", head, count=1))
    assert points > 1
