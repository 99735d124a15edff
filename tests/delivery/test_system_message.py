"""The mail that asks to confirm, as it goes over the wire."""

import email
import email.policy
import re
import shutil
from dataclasses import replace

import dkim
import pytest
from newsroom import MORNING, NEWSLETTER, SECRET, configure
from playwright.sync_api import sync_playwright
from signing_keys import DOMAIN, signers, zone

from digest.building import publication_of
from digest.delivery.system_message import compile_confirmation
from digest.rendering.lint import SYSTEM_RULES, lint_system_mail
from digest.rendering.mail_look import load_mail_look
from digest.rendering.mail_slots import CONFIRM_URL
from digest.rendering.rehearsal import FURNISHED
from digest.rendering.template_folder import templates_folder
from digest.settings.theme import ThemeSettings
from subscribers.tokens import BadTokenError, Purpose, keyring

ADA = "ada@example.org"
LOOK = load_mail_look(templates_folder() / "mail")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def settings_of(folder, name="Morning Headlines", **site):
    settings = configure(folder, "sqlite://")
    sport = settings.newsletters[NEWSLETTER].model_copy(update={"name": "Sport"})
    morning = settings.newsletters[NEWSLETTER].model_copy(update={"name": name})
    changes = {"base_url": "https://news.post.example", "contact": "desk@post.example"} | site
    return settings.model_copy(
        update={
            "site": settings.site.model_copy(update=changes),
            "signup": settings.signup.model_copy(update={"sender": f"confirm@{DOMAIN}"}),
            "newsletters": {NEWSLETTER: morning, "sport": sport},
        }
    )


@pytest.fixture
def mail(tmp_path):
    """Give a way to write the mail with number 7 of a newsroom whose configuration is so."""

    def write(*newsletters, address=ADA, number=7, keys=(), now=MORNING, **changes):
        settings = settings_of(tmp_path, **changes)
        compiled = compile_confirmation(
            settings, newsletters or (NEWSLETTER,), LOOK, signers(tmp_path, *keys) if keys else ()
        )
        return compiled.message_for(number, address, now)

    return write


def read(wire):
    return email.message_from_bytes(wire, policy=email.policy.default)


def bodies(wire):
    return tuple(read(wire).get_body((kind,)).get_content() for kind in ("plain", "html"))


@pytest.mark.parametrize("keys", [(), ("rsa",), ("rsa", "ed25519")])
@pytest.mark.parametrize("newsletters", [(NEWSLETTER,), (NEWSLETTER, "sport")])
def test_it_keeps_the_message_standard(mail, keys, newsletters):
    assert lint_system_mail(mail(*newsletters, keys=keys)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Zürcher <b>Morgen</b> & mehr"},
        {"name": "今日の見出し" * 10, "language": "ja"},
        {"name": "A" * 64, "postal_address": "1 Rue\nDeux\nTrois", "privacy_url": "https://post.example/privacy"},
        {"language": "ar"},
    ],
)
def test_it_keeps_the_standard_whatever_the_newsroom_is_called(mail, changes):
    wire = mail(NEWSLETTER, "sport", **changes)
    assert [violation for violation in lint_system_mail(wire) if violation.where != "<b>"] == []
    assert changes.get("name", "Sport") in "".join(bodies(wire)[0].split("\r\n"))
    assert "<b>Morgen" not in bodies(wire)[1]


def test_each_link_carries_the_mail_s_number_for_its_own_purpose_alone(mail):
    text, html = bodies(mail())
    confirm, deny = re.findall(r"https://news\.post\.example/\S+", text)
    assert f'href="{confirm}"' in html
    assert f'href="{deny}"' in html
    keys = keyring([SECRET])
    token = confirm.removeprefix("https://news.post.example/confirm/")
    assert keys.read(Purpose.CONFIRM, token) == 7
    assert keys.read(Purpose.DENY, deny.removeprefix("https://news.post.example/not-me/")) == 7
    with pytest.raises(BadTokenError):
        keys.read(Purpose.DENY, token)


def test_nothing_that_the_visitor_typed_stands_in_it(mail):
    one, other = (mail(address=address) for address in (ADA, "buy-pills.at.evil.example@example.org"))
    assert bodies(one) == bodies(other)
    assert read(one)["To"] == ADA
    assert [read(one)[name] == read(other)[name] for name in ("Subject", "From", "Message-ID")] == [True] * 3


def test_another_try_has_the_same_message_id_and_another_mail_another(mail):
    ids = [
        read(mail(number=number, now=MORNING.replace(hour=hour)))["Message-ID"]
        for number, hour in ((7, 6), (7, 9), (8, 6))
    ]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith(f"@{DOMAIN}>")


def verifies(wire, number=0):
    try:
        return dkim.DKIM(wire, minkey=2048).verify(idx=number, dnsfunc=zone().txt)
    except dkim.ValidationError:
        return False


def test_both_signatures_are_good_to_a_stranger_and_nothing_can_be_put_in(mail):
    wire = mail(keys=("rsa", "ed25519"))
    assert [verifies(wire, number) for number in (0, 1)] == [True, True]
    for added in ("Subject: You won", "List-Unsubscribe: <https://evil.example/>", "Feedback-ID: a:b:c:defgh"):
        assert not verifies(f"{added}\r\n".encode() + wire)
    assert not verifies(wire.replace(b"/confirm/", b"/confurm/"))


def without(name):
    return lambda wire: re.sub(rb"(?m)^" + name + rb":.*\r\n", b"", wire)


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        ("H22", without(b"Auto-Submitted")),
        ("H22", without(b"Precedence")),
        ("H22", lambda wire: wire.replace(b"Auto-Submitted: auto-generated", b"Auto-Submitted: no")),
        ("H23", lambda wire: b"List-Id: News <news.post.example>\r\n" + wire),
        (
            "M21",
            lambda wire: re.sub(
                rb"(?<==\r\n)https://news.post.example/confirm/\S+=", CONFIRM_URL.encode() + b"=", wire
            ),
        ),
        ("H01", without(b"Date")),
    ],
)
def test_a_spoilt_one_breaks_the_statement_that_it_was_spoilt_for(mail, rule, spoil):
    assert {violation.rule for violation in lint_system_mail(spoil(mail()))} == {rule}


def test_every_rule_for_such_mails_stands_once_and_cites_its_statement():
    assert len({statement for statement, _ in SYSTEM_RULES}) == len(SYSTEM_RULES)
    assert [
        rule.__name__ for statement, rule in SYSTEM_RULES if not (rule.__doc__ or "").startswith(f"{statement}: ")
    ] == []


def test_a_browser_shows_one_button_of_48_px_and_nothing_beside_the_page(tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs chromium on the PATH")
    settings = settings_of(tmp_path, name="Headlines " + "W" * 54)
    one = publication_of(settings, NEWSLETTER)
    page_of = LOOK.render([one, replace(one, name="Sport")]).html
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        for scheme, ground in (("light", "rgb(138, 28, 28)"), ("dark", "rgb(255, 154, 138)")):
            page = browser.new_page(viewport={"width": 320, "height": 700}, color_scheme=scheme)
            page.set_content(page_of)
            assert page.evaluate("document.documentElement.scrollWidth") == 320
            button = page.get_by_role("link", name="Yes, sign me up")
            assert button.bounding_box()["height"] == 48
            assert button.evaluate("link => getComputedStyle(link.parentElement).backgroundColor") == ground
        browser.close()


def test_a_mail_of_the_service_has_the_newsrooms_theme():
    theme = ThemeSettings(accent="#0b4f6c", headline_font="Futura, sans-serif")
    look = load_mail_look(templates_folder() / "mail", theme=theme)
    html = look.render([FURNISHED]).html
    assert 'bgcolor="#0b4f6c"' in html
    assert "#8a1c1c" not in html
    assert "font-family:Futura, sans-serif" in html
