"""M24: the W3C's validator finds no error but what Word-based Outlook needs."""

import json
import re
import subprocess

import pytest

# Namespaces are for Word's conditional blocks; without them it reads no PixelsPerInch.
ALLOWED = re.compile(r"Attribute “xmlns(:[ov])?” not allowed here\.|“mso-[\w-]+”")


@pytest.fixture
def errors(tool, from_npm, tmp_path):
    def check(html):
        path = tmp_path / "edition.html"
        path.write_text(html, encoding="utf-8")
        jar = from_npm("vnu-jar/build/dist/vnu.jar")
        java = tool("java", "openjdk-17-jre-headless")
        command = [java, "-jar", str(jar), "--format", "json", "--stdout", "--exit-zero-always", str(path)]
        said = subprocess.run(command, check=True, capture_output=True, timeout=100).stdout
        found = [message["message"] for message in json.loads(said)["messages"] if message["type"] == "error"]
        return [message for message in found if not ALLOWED.search(message)]

    return check


@pytest.mark.parametrize("name", ["the demo's day", "Arabic", "Japanese", "daily-headlines", "headlines", "letter"])
def test_the_validator_finds_no_error(editions, errors, name):
    assert errors(editions[name]) == []


def test_it_would_find_a_paragraph_in_a_table_and_an_attribute_that_is_none(editions, errors):
    spoiled = editions["the demo's day"].replace("<h1", "<h1 colour='red'", 1).replace("\n<tr>", "\n<p>x</p><tr>", 1)
    assert len(errors(spoiled)) >= 2
