"""The command line in this process, for tests."""

import click
from click.testing import CliRunner

from feedback_nlp.cli import main


def invoke(*args, stdin=None, **options):
    """What a command printed and how it ended; what it raises otherwise is raised."""
    result = CliRunner().invoke(main, [str(a) for a in args], input=stdin, **options)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def commands(group=main, path=()):
    """Every command and group of commands, with the words that call it."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def help_pages():
    """What `--help` prints of all of them, as Markdown."""
    parts = []
    for path, command in [((), main), *commands()]:
        name = " ".join(("feedback-nlp", *path))
        context = click.Context(command, info_name=name, terminal_width=100, max_content_width=100, help_option_names=["-h", "--help"])
        parts.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)
