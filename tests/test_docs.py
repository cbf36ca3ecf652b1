import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import tomli

from tests.commands import commands

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(("path", "command"), list(commands()), ids=lambda value: "-".join(value) if isinstance(value, tuple) else "")
def test_every_command_and_option_has_help(path, command):
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


ELSEWHERE = pytest.mark.skipif(
    (sys.platform, sys.version_info[:2]) != ("linux", (3, 11)), reason="other packages, or other versions, are installed here"
)


@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "docs/sample.md", "docs/advice.md", "docs/review.md"),
        pytest.param("docs/commands.md", marks=ELSEWHERE),
        pytest.param("docs/licences.md", marks=ELSEWHERE),
    ],
)
def test_printed_output_and_figures_are_current(name):
    done = subprocess.run([sys.executable, "-m", "cogapp", "--check", name], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_links_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "data" / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert link.startswith("https://") or (page.parent / link).exists(), f"{page.name}: {link}"


def test_commands_in_the_readme_exist():
    known = {" ".join(path) for path, _ in commands()}
    for line in re.findall(
        r"(?m)^(?:.*bin/)?feedback-nlp ([\w-]+(?: (?:list|show|use|path|build|check|curve|ablation))?)",
        (ROOT / "README.md").read_text(encoding="utf-8"),
    ):
        assert line in known or line.split()[0] in known


def test_the_readme_names_every_extra_that_a_command_needs():
    project = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    beginning = (ROOT / "README.md").read_text(encoding="utf-8").partition("What it prints:")[0]
    extras = set(project["optional-dependencies"]) - {"benchmark", "docs", "mutation", "test"}
    assert [name for name in extras if f"`{name}`" not in beginning] == []


def test_the_architecture_names_files_that_exist():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`([\w/]+\.(?:py|toml))`", text))
    assert len(names) > 50
    assert [name for name in names if not (ROOT / "feedback_nlp" / name).exists() and not (ROOT / name).exists()] == []


def test_what_contributors_are_sent_to_exists():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = set(re.findall(r"`((?:feedback_nlp|tests|data|models|\.ci)/[\w./]+)`", text))
    assert len(names) > 15
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_every_page_is_in_the_navigation():
    pages = re.findall(r"(?m)^ +- (\w+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert sorted(pages) == sorted(path.name for path in (ROOT / "docs").glob("*.md"))
