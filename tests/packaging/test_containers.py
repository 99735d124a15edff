"""The container files: what they promise can be read off them; scripts/prove_dockerfile.py carries them out."""

import os
from pathlib import Path

import prove_dockerfile as prover
import pytest
import yaml
from debian_stage import Stage, UnprovenError

PROJECT = Path(__file__).resolve().parents[2]


STEPS = prover.read_steps((PROJECT / "Dockerfile").read_text())
COMPOSE = yaml.safe_load((PROJECT / "compose.yaml").read_text())


def said(name: str) -> list[str]:
    """What the last stage says with instruction *name*."""
    start = max(place for place, step in enumerate(STEPS) if step.name == "FROM")
    return [step.rest for step in STEPS[start:] if step.name == name]


def test_the_image_is_one_command_on_one_volume_without_root():
    assert said("ENTRYPOINT") == ['["digest"]']
    assert said("WORKDIR") == ["/data"]
    assert said("VOLUME") == ['["/data"]']
    assert said("USER") == ["10001:10001"]
    (healthcheck,) = said("HEALTHCHECK")
    assert "'/readyz'" in healthcheck


def test_the_builder_is_sent_only_what_the_dockerfile_copies():
    kept, _ = prover.read_ignore_rules((PROJECT / ".dockerignore").read_text())
    copied = {
        name for step in STEPS if step.name == "COPY" and "--from" not in step.rest for name in step.rest.split()[:-1]
    }
    assert kept == copied
    assert {name for name in kept if not (PROJECT / name).exists()} == set()


def test_continued_lines_are_one_step_and_comments_are_none():
    text = "# a\nFROM x\n\nRUN one \\\n # b\n && two\nUSER 1:1\n"
    assert [(step.line, step.name, step.rest) for step in prover.read_steps(text)] == [
        (2, "FROM", "x"),
        (4, "RUN", "one  && two"),
        (7, "USER", "1:1"),
    ]


@pytest.mark.parametrize("rules", ["", "dist\n", "*\n!digest/*.py\nout\n"])
def test_a_form_of_dockerignore_that_the_proof_does_not_know_is_an_error(rules):
    with pytest.raises(UnprovenError, match="dockerignore"):
        prover.read_ignore_rules(rules)


@pytest.mark.parametrize(
    "instruction", ["ADD a b", "SHELL []", "ENV A=$B", "FROM debian", "COPY --chown=1 a b", 'VOLUME ["/x"]']
)
def test_an_instruction_that_the_proof_does_not_know_is_an_error(instruction, tmp_path):
    build = prover.Build(tmp_path)
    build.stages["begun"] = Stage(tmp_path)
    (step,) = prover.read_steps(instruction)
    with pytest.raises(UnprovenError, match="Dockerfile, line 1"):
        build.carry_out(step)


@pytest.mark.parametrize(("ci", "exit_code"), [("true", 1), ("", 0)])
def test_without_its_tools_the_proof_says_so_and_fails_only_in_ci(ci, exit_code, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    monkeypatch.setitem(os.environ, "CI", ci)
    assert prover.main() == exit_code
    assert "The Dockerfile's proof is skipped: install debootstrap, unshare, chroot." in capsys.readouterr().err


def test_compose_starts_with_sqlite_alone_and_adds_postgresql_by_its_profile():
    services = COMPOSE["services"]
    assert [name for name, service in services.items() if "profiles" not in service] == ["digest"]
    assert {tuple(service["profiles"]) for service in services.values() if "profiles" in service} == {("postgresql",)}
    assert "DIGEST_DATABASE__URL" not in services["digest"]["environment"]
    assert services["digest-postgresql"]["environment"]["DIGEST_DATABASE__URL"].startswith("postgresql+psycopg://")


def test_no_container_file_holds_a_secret_or_the_default_of_one():
    told = [service.get("environment", {}) for service in COMPOSE["services"].values()]
    passwords = {environment["POSTGRES_PASSWORD"] for environment in told if "POSTGRES_PASSWORD" in environment}
    assert passwords == {"${POSTGRES_PASSWORD-}"}
    assert {environment.get("DIGEST_SITE__SECRET") for environment in told} == {None}
    assert not any(word in " ".join(said("ENV")).upper() for word in ("SECRET", "PASSWORD", "TOKEN", "KEY"))
