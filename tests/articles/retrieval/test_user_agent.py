import pytest
from sample_configuration import raw

from digest.articles.retrieval.user_agent import user_agent
from digest.settings import Settings


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("The Harbour Post", "The Harbour Post; "),
        ("Zürich (am See)\\", "Zurich am See; "),
        ("港の新聞", ""),
        ("A\r\nB", "A B; "),
    ],
)
def test_we_say_who_asks_and_how_to_reach_us(name, shown):
    site = Settings.model_validate(raw(site={"name": name})).site
    assert user_agent(site, "1.0") == f"headline-digest/1.0 ({shown}+https://news.post.example; desk@post.example)"
