import pytest

from digest.errors import BadInputError
from digest.rendering.template_folder import folder_of, templates_folder


def test_an_installed_wheel_has_the_templates_inside_the_package(tmp_path):
    inside = tmp_path / "digest" / "templates"
    (inside / "editions").mkdir(parents=True)
    (tmp_path / "templates" / "editions").mkdir(parents=True)
    assert folder_of(tmp_path / "digest") == inside


def test_a_checkout_has_them_beside_the_package(tmp_path):
    (tmp_path / "templates" / "editions").mkdir(parents=True)
    assert folder_of(tmp_path / "digest") == tmp_path / "templates"


def test_an_installation_without_them_is_said(tmp_path):
    with pytest.raises(BadInputError, match="install headline-digest again"):
        folder_of(tmp_path / "digest")


def test_the_running_program_finds_its_own():
    assert (templates_folder() / "editions" / "daily-headlines" / "edition.html").is_file()
