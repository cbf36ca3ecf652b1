"""The command line: each command reads its options, makes one call, prints once."""

from __future__ import annotations

import atexit
import gc
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from feedback_nlp.errors import FeedbackError, InputError, kind_and_place
from feedback_nlp.labels import DRAFT_KINDS, LABELS, SENDER_TYPES, STEPS, TONES

if TYPE_CHECKING:
    import datetime

    from feedback_nlp.records import Email, Example, Skipped
    from feedback_nlp.rows import Row

T = TypeVar("T")
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Group(click.Group):
    """Shows an error as one line, with exit code 1; of one that the program did not foresee only what it is and where, since
    words of a mail may stand in its message.
    """

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FeedbackError as error:
            from feedback_nlp.terminal import harmless

            raise click.ClickException(" ".join(harmless(str(error)).split())) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            message = f"The program failed ({kind_and_place(error)}). No word of your mails is in this line: please report it."
            raise click.ClickException(message) from error


class _AtOnce(click.Command):
    """A command that answers at once: unreachable cycles are not looked for, neither meanwhile nor at the end.

    A second's work leaves few behind, and each search goes through all of spaCy's objects: a fifth of that second.
    """

    def invoke(self, ctx: click.Context) -> Any:
        collecting = gc.isenabled()
        gc.disable()
        atexit.register(gc.freeze)
        try:
            return super().invoke(ctx)
        finally:
            if collecting:
                gc.enable()


class _NoTerminal(click.ClickException):
    """Something that is done at a terminal was asked for where there is none."""

    exit_code = 2


_model = click.option("-m", "--model", metavar="NAME", help="A model version or its folder (default: the one in use).")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_quiet = click.option("-q", "--quiet", is_flag=True, help="No progress and no notes.")
_text_column = click.option(
    "--text-column", metavar="NAME", help="The column with the mail's text, where it is not text, body, message or content."
)


@click.group(cls=_Group, context_settings=CONTEXT)
@click.version_option(package_name="feedback-nlp", prog_name="feedback-nlp")
def main() -> None:
    """Reads job rejections: what the mail says, how sure that is, and what to do now.

    Everything stays on this machine; nothing is sent anywhere.
    """


@main.command(cls=_AtOnce)
@click.argument("file", required=False, default="-", metavar="[FILE|-]")
@click.option("--explain", "explained", is_flag=True, help="Show which sentences and words led to the answer.")
@_model
@_json
def classify(file: str, explained: bool, model: str | None, as_json: bool) -> None:
    """Read one mail: pasted, piped, a text file, an .eml, .emlx or .msg."""
    from feedback_nlp.collection import human_labels
    from feedback_nlp.feedback import give_feedback
    from feedback_nlp.rows import explanation_row, row_of
    from feedback_nlp.store import load_version
    from feedback_nlp.tagging import open_tagger
    from feedback_nlp.terminal import render, render_explanation, render_unlearnt

    email, loaded, human = _one_mail(file), load_version(model), human_labels()
    tagger = open_tagger(loaded, human)
    feedback = next(give_feedback([email], loaded, human, tagger))
    explanation = None
    if explained:
        from feedback_nlp.explanation import explain

        explanation = explain(loaded, email.text)
    if as_json:
        row = row_of(feedback) | ({"explanation": explanation and explanation_row(explanation)} if explained else {})
        click.echo(json.dumps(row))  # escaped, since it may go to a terminal
    else:
        lines = [*render(feedback), *(render_explanation(explanation, feedback.overruled is not None) if explanation else ())]
        click.echo("\n".join([*lines, *render_unlearnt(tagger.states)]), color=_wants_colour())
    if feedback.prediction.label is None:
        raise SystemExit(1)


@main.command("check-reply", cls=_AtOnce)
@click.argument("file", required=False, default="-", metavar="[FILE|-]")
@click.option("--to", "rejection_file", type=click.Path(), metavar="FILE", help="The rejection that it answers.")
@_model
@_json
def check_reply(file: str, rejection_file: str | None, model: str | None, as_json: bool) -> None:
    """Say what in your answer to a rejection would hurt you, before you send it.

    Quotes below your own words are left out. With the rejection it also says what that has already answered.
    """
    from feedback_nlp.collection import human_labels
    from feedback_nlp.feedback import give_feedback
    from feedback_nlp.reply import check_reply as check
    from feedback_nlp.reply import unread
    from feedback_nlp.rows import remark_row
    from feedback_nlp.store import load_version
    from feedback_nlp.terminal import render_remarks

    text = _one_mail(file, "check-reply", "reply").text
    rejection = _one_mail(rejection_file, "check-reply --to") if rejection_file else None
    prediction = next(give_feedback([rejection], load_version(model), human_labels())).prediction if rejection else None
    remarks = check(text, rejection, prediction)
    if as_json:
        click.echo(json.dumps({"remarks": [remark_row(remark, text) for remark in remarks]}))
    else:
        click.echo("\n".join(render_remarks(text, remarks)), color=_wants_colour())
    for note in unread(text, rejection):
        click.echo(note, err=True)


def _one_mail(file: str, command: str = "classify", what: str = "mail") -> Email:
    from feedback_nlp.inbox import read_bytes, read_file

    if file == "-":
        if sys.stdin.isatty():
            click.echo(f"Paste the {what}, then press Ctrl-D on a line of its own (Windows: Ctrl-Z, Enter).", err=True)
        email = read_bytes(sys.stdin.buffer.read(), "what was pasted")
    else:
        email = read_file(Path(file))
    if not email.text.strip():
        raise InputError(f"{email.source} holds no text. Paste the {what}, or name a file: feedback-nlp {command} {what}.txt")
    return email


def _wants_colour() -> bool | None:
    import os

    return False if os.environ.get("NO_COLOR") else None


@main.command(cls=_AtOnce)
@click.argument("file", required=False, default="-", metavar="[FILE|-]")
@click.option("--kind", type=click.Choice(DRAFT_KINDS), help="Which mail to draft (default: the one that fits).")
@click.option("--tone", type=click.Choice(TONES), default=TONES[0], show_default=True, help="How it sounds.")
@click.option("--name", default="", metavar="NAME", help="Your name, to sign it with.")
@click.option("--to-name", default="", metavar="NAME", help="Who is greeted, where it is not the one who signed the mail.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it into an .eml that your mail program opens.")
@click.option("--clipboard", is_flag=True, help="Also copy its body.")
@_model
@_json
@_quiet
def draft(
    file: str,
    kind: str | None,
    tone: str,
    name: str,
    to_name: str,
    output: Path | None,
    clipboard: bool,
    model: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Draft a mail in answer to one: asks for feedback, thanks for it, asks after silence, or keeps the door open.

    Nothing is sent. Read it and change it before you send it yourself. FILE is the mail to answer, as for `classify`.
    """
    from feedback_nlp.collection import human_labels
    from feedback_nlp.drafts import draft as run
    from feedback_nlp.drafts import kind_of
    from feedback_nlp.feedback import give_feedback
    from feedback_nlp.store import load_version
    from feedback_nlp.unsent import copy_draft, write_draft

    email = _one_mail(file, "draft")
    feedback = next(give_feedback([email], load_version(model), human_labels()))
    chosen = kind_of(feedback, kind=kind or "", to_name=to_name)
    drafted = run(feedback, kind=kind or "", tone=tone, name=name, to_name=to_name)
    if output:
        write_draft(drafted, email, output)
    if clipboard:
        copy_draft(drafted)
    if as_json:
        click.echo(json.dumps({"kind": chosen, "tone": tone, "to": drafted.to, "subject": drafted.subject, "body": drafted.body}))
    elif not output:
        click.echo(f"Subject: {drafted.subject}\n\n{drafted.body}")
    if not quiet:
        if kind not in (None, chosen):
            click.echo("They say that they give no feedback, so the draft asks for none.", err=True)
        if output:
            click.echo(f"Written to {output}: open it in your mail program, read it, and send it yourself.", err=True)
        if clipboard:
            click.echo("The body is on the clipboard.", err=True)


@main.command()
@click.argument("addresses", nargs=-1, required=True, metavar="PATH...")
@click.option("-o", "--output", "target", required=True, metavar="PATH", help="Where the rows go: a .csv, .jsonl, .xlsx or .parquet file.")
@click.option("--only", type=click.Choice(["rejections"]), help="Write only these rows; all mail is read all the same.")
@click.option("--skipped", type=click.Path(path_type=Path), metavar="FILE", help="Also list every message that was left out, and why.")
@click.option("--silence", type=click.Path(path_type=Path), metavar="FILE", help="Also list the applications that nobody answered.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Count silence up to this day (default: the newest mail).")
@click.option(
    "--after-application", type=click.IntRange(1), default=21, show_default=True, metavar="DAYS", help="Silence after an application."
)
@click.option("--after-interview", type=click.IntRange(1), default=7, show_default=True, metavar="DAYS", help="Silence after an interview.")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="Also write the report of all rejections, as `report` does."
)
@click.option("--me", multiple=True, metavar="ADDRESS", help="Your own address, where the mailbox does not tell (may be repeated).")
@click.option("--update", is_flag=True, help="Keep the rows of earlier runs into this output, and add what is new.")
@click.option("--bom", is_flag=True, help="Begin a CSV so that Excel opens it with the right letters.")
@click.option(
    "--jobs", type=click.IntRange(1, 61), default=1, show_default=True, metavar="N", help="Judge with so many processes, one a core."
)
@click.option("--engine", type=click.Choice(["dask"]), help="Label Parquet files on many processes or machines; -o is then a folder.")
@click.option("--scheduler", metavar="ADDRESS", help="The Dask scheduler whose workers do it (default: processes on this machine).")
@_text_column
@_model
@_quiet
def label(
    addresses: tuple[str, ...],
    target: str,
    only: str | None,
    skipped: Path | None,
    silence: Path | None,
    today: datetime.datetime | None,
    after_application: int,
    after_interview: int,
    report: Path | None,
    me: tuple[str, ...],
    update: bool,
    bom: bool,
    jobs: int,
    engine: str | None,
    scheduler: str | None,
    text_column: str | None,
    model: str | None,
    quiet: bool,
) -> None:
    """Label many mails: an mbox, a folder, an Outlook mailbox, a table, or an archive of these.

    Finds the rejections among everything else, ties the messages of each application together, and says what was
    skipped. A run that was stopped goes on where it was when you give the same command again; another run judges only
    what is new, by the journal beside the output. With --engine each mail of a table is judged by itself.
    """
    from feedback_nlp.collection import human_labels
    from feedback_nlp.corrections import check_kept
    from feedback_nlp.dossier import check_page
    from feedback_nlp.labelling import Wanted, label_mailbox
    from feedback_nlp.overview import counted, render_drift, render_overview, render_rejections
    from feedback_nlp.store import load_version
    from feedback_nlp.tagging import open_tagger
    from feedback_nlp.temporary import remove_abandoned

    remove_abandoned()
    if engine or scheduler:
        _label_on_engine(addresses, target, engine, scheduler, text_column, model, quiet)
        return
    paths, output = [Path(address) for address in addresses], Path(target)
    check_kept(output)
    loaded, human = load_version(model), human_labels()
    wanted = Wanted(
        output=output,
        only_rejections=only is not None,
        skipped=skipped,
        silence=silence,
        today=today.date() if today else None,
        after_application=after_application,
        after_interview=after_interview,
        own_addresses=me,
        text_column=text_column,
        update=update,
        bom=bom,
        jobs=jobs,
    )
    if report:
        check_page(report)
    with _progress(paths, quiet) as progress:
        result = label_mailbox(paths, wanted, loaded, progress, human, open_tagger(loaded, human))
    if not quiet:
        click.echo("\n".join(render_overview(result.overview)), err=True)
        if result.silent:
            where = f"listed in {silence}" if silence else "--silence FILE lists them"
            waiting = f"{counted(len(result.silent), 'application')} wait{'s' if len(result.silent) == 1 else ''}"
            click.echo(f"{waiting} for an answer ({where}).", err=True)
        for line in render_drift(result.overview.drift, paths):
            click.echo(line, err=True)
        for line in render_rejections(result.newest, result.overview):
            click.echo(line)
    if not result.whole:
        raise FeedbackError(f"Stopped. {result.output} holds what was read until then; the same command goes on from there.")
    if report:
        found = bool(result.newest) or not only
        if found:
            _write_report([output], result.silent, report, None, today, quiet)
        if not quiet:
            click.echo(f"Report written to {report}" if found else "No rejection was found, so no report was written.", err=True)
    if not quiet:
        click.echo(f"Written to {output}", err=True)


_ENGINE_OPTIONS = {"addresses", "target", "engine", "scheduler", "text_column", "model", "quiet"}


def _label_on_engine(
    addresses: Sequence[str],
    target: str,
    engine: str | None,
    scheduler: str | None,
    text_column: str | None,
    model: str | None,
    quiet: bool,
) -> None:
    from click.core import ParameterSource
    from tqdm import tqdm

    from feedback_nlp.collection import human_labels
    from feedback_nlp.engine.cluster import check_installed
    from feedback_nlp.engine.judge import Judge, pack
    from feedback_nlp.engine.run import Wanted, label_tables, render_summary
    from feedback_nlp.store import folder_of, load
    from feedback_nlp.tagging import open_tagger

    context = click.get_current_context()
    if not engine:
        raise click.UsageError("--scheduler goes with --engine dask.")
    for name in context.params:
        if name not in _ENGINE_OPTIONS and context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise click.UsageError(f"--{name.replace('_', '-')} does not go with --engine: it needs a whole mailbox in one file.")
    check_installed()
    folder, human = folder_of(model), human_labels()
    loaded = load(folder)
    kit = pack(folder, Judge(loaded, human, open_tagger(loaded, human)))
    with tqdm(unit=" mails", desc="Labelling", disable=quiet or None, file=sys.stderr, leave=False, delay=1e-9) as bar:

        def advance(number: int, total: int) -> None:
            bar.total = total
            bar.update(number)

        say = (lambda _: None) if quiet else partial(click.echo, err=True)
        summary = label_tables(addresses, Wanted(target, scheduler, text_column), kit, say, advance)
    if not quiet:
        for line in render_summary(summary):
            click.echo(line, err=True)
    if summary.failed:
        raise FeedbackError(f"{len(summary.failed):,} of {summary.total:,} partitions failed; the same command tries them again.")
    if not summary.whole:
        done = f"{len(summary.records):,} of {summary.total:,} partitions"
        raise FeedbackError(f"Stopped. {target} holds {done}; the same command goes on from there.")
    if not quiet:
        click.echo(f"Written to {target}", err=True)


@contextmanager
def _progress(paths: Sequence[Path], quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr: bytes and messages that were read, the rate, and the time left, where that can be known."""
    from tqdm import tqdm

    from feedback_nlp.inbox.size import size_of

    sizes = [size_of(path) for path in paths]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    messages = 0
    with tqdm(total=total, unit="B", unit_scale=True, desc="Reading", disable=quiet or None, file=sys.stderr, leave=False) as bar:

        def advance(size: int, number: int) -> None:
            nonlocal messages
            messages += number
            bar.update(size)
            if number:
                bar.set_postfix_str(f"{messages:,} messages")

        yield advance


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="LABELLED...")
@_json
@_quiet
def patterns(files: tuple[Path, ...], as_json: bool, quiet: bool) -> None:
    """What your rejections say together, from files that `label` wrote.

    Counts each application once, by reason, step, kind of role and time; says what can be told from that and what can't,
    and what to do.
    """
    from feedback_nlp.history import read_history
    from feedback_nlp.patterns import patterns as run
    from feedback_nlp.report import pattern_tables
    from feedback_nlp.terminal import render_patterns

    found = run(_read_rows(read_history(files), quiet))
    if as_json:
        click.echo(json.dumps(found.as_dict()))
    else:
        click.echo("\n".join(render_patterns(found, pattern_tables(found).values())), color=_wants_colour())


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="LABELLED...")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the report goes: an .html file.")
@click.option(
    "--silence", type=click.Path(path_type=Path), metavar="FILE", help="Also show the applications that `label --silence` listed."
)
@click.option("--plots", type=click.Path(path_type=Path), metavar="DIR", help="Also write its pictures into this folder, as .png and .svg.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Count reminders from this day (default: today).")
@_quiet
def report(
    files: tuple[Path, ...], output: Path, silence: Path | None, plots: Path | None, today: datetime.datetime | None, quiet: bool
) -> None:
    """All your rejections on one page to read, to print and to keep, from files that `label` wrote.

    It shows what `patterns` counts, with pictures, what was missing, what was left open and until when, and every
    rejection with the words that say why. The page loads nothing and sends nothing.
    """
    from feedback_nlp.dossier import check_page
    from feedback_nlp.dossier.waiting import read_waiting

    check_page(output)
    _write_report(files, _read_rows(read_waiting(silence), quiet) if silence else [], output, plots, today, quiet)
    if not quiet:
        click.echo(f"Written to {output}: open it in a browser.", err=True)


def _write_report(
    files: Sequence[Path], silent: Iterable[Row], output: Path, plots: Path | None, today: datetime.datetime | None, quiet: bool
) -> None:
    import datetime

    from feedback_nlp.dossier import compile_dossier, write_report
    from feedback_nlp.history import read_history

    day = today.date() if today else datetime.date.today()
    dossier = compile_dossier(_read_rows(read_history(files), quiet), day, silent)
    drawn = write_report(dossier, output, [path.name for path in files], plots)
    if not drawn and not quiet:
        click.echo("Without pictures, since matplotlib is not installed. Install it: pip install 'feedback-nlp[plots]'", err=True)


@main.command()
@click.argument("name", required=False, type=click.Choice(LABELS), metavar="[LABEL]")
@click.option("--stage", type=click.Choice(STEPS), help="How far it had come.")
@click.option("--sender", type=click.Choice(SENDER_TYPES), help="Who wrote.")
@_json
def advice(name: str | None, stage: str | None, sender: str | None, as_json: bool) -> None:
    """Next steps and questions for a label, without a mail."""
    from feedback_nlp.advice import advise_case
    from feedback_nlp.terminal import render_advice

    chosen = {label: advise_case(label, stage or "", sender or "") for label in ([name] if name else LABELS)}
    if as_json:
        click.echo(json.dumps({label: asdict(found) for label, found in chosen.items()}, ensure_ascii=False))
    else:
        click.echo("\n\n".join("\n".join(render_advice(label, found)) for label, found in chosen.items()), color=_wants_colour())


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--mail",
    "mailboxes",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The mailbox of which the sheet holds the labels, where it was moved since `label` read it (may be repeated).",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be taken.")
@click.option("--who", default="", metavar="NAME", help="Whose labels these are (default: your login name).")
@_text_column
@_json
def add(files: tuple[Path, ...], mailboxes: tuple[Path, ...], dry_run: bool, who: str, text_column: str | None, as_json: bool) -> None:
    """Keep your labels: of a `label` sheet that you corrected, or of any table with a text and a `label` column.

    Of a sheet only the rows count in which you changed the label, the secondary reasons or the evidence, wrote labels of
    your own into `own_labels`, or set `label_source` to `human`. They are kept in your home folder, and your label goes
    before the model's from now on.
    """
    from feedback_nlp.corrections import add as run
    from feedback_nlp.terminal import render_additions

    additions = run(files, text_column, mailboxes, who=who, dry_run=dry_run)
    click.echo(json.dumps(additions.as_dict()) if as_json else "\n".join(render_additions(additions, dry_run)))


@main.group(cls=_Group)
def examples() -> None:
    """Your own labelled mails: which there are, who labelled them when, and how to take them out."""


@examples.command("list")
@_json
def list_examples(as_json: bool) -> None:
    """The labels that count now, oldest first."""
    from feedback_nlp.collection import own_examples
    from feedback_nlp.examples import row_of
    from feedback_nlp.terminal import render_examples

    own = own_examples()
    click.echo(json.dumps([row_of(example) for example in own]) if as_json else "\n".join(render_examples(own)), nl=as_json or bool(own))
    if not (own or as_json):
        click.echo("You have labelled no mails yet. To do so: feedback-nlp add FILE, or feedback-nlp review PATH", err=True)


@examples.command()
@_json
def history(as_json: bool) -> None:
    """Every label that was given or taken back: when (UTC), by whom, by which command."""
    from feedback_nlp.collection import entry_row, own_history
    from feedback_nlp.terminal import render_entries

    entries = own_history()
    click.echo(
        json.dumps([entry_row(entry) for entry in entries]) if as_json else "\n".join(render_entries(entries)), nl=as_json or bool(entries)
    )


@examples.command()
@click.argument("file", type=click.Path(path_type=Path))
def export(file: Path) -> None:
    """Write the labels that count now into FILE: .jsonl in the format of the corpus, or .csv, .xlsx, .parquet."""
    from feedback_nlp.collection import own_examples
    from feedback_nlp.examples import row_of
    from feedback_nlp.sheet import write_rows

    number = write_rows((row_of(example) for example in own_examples()), file)
    click.echo(f"{number} labelled mails written to {file}. `feedback-nlp add` reads them.", err=True)


@examples.command("delete-all")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete_all(yes: bool) -> None:
    """Delete all your labelled mails and their history, for good."""
    from feedback_nlp.collection import delete_collection
    from feedback_nlp.store import learnt_from_own

    if not yes:
        click.confirm("Delete all your labelled mails and their history for good?", abort=True, err=True)
    gone, models = delete_collection(), learnt_from_own()
    click.echo("\n".join(f"Gone: {path}" for path in gone) or "There was nothing to delete.")
    if models:
        click.echo(f"Models that learnt from them are still there: {', '.join(models)}.")
        click.echo("To remove them: feedback-nlp models use shipped, then feedback-nlp models prune")


@examples.command("path")
def path_of_examples() -> None:
    """The file that holds them."""
    from feedback_nlp.collection import path_of_collection

    click.echo(path_of_collection())


@main.group(cls=_Group)
def labels() -> None:
    """Labels of your own, beside the product's six: add one, give it to mails, and it is learnt."""


@labels.command("add")
@click.argument("name")
@click.option("--meaning", required=True, metavar="TEXT", help="What it says of a mail, in a few words.")
@click.option(
    "--advice", "advice_file", type=click.Path(path_type=Path), metavar="FILE", help="A TOML file of `next_steps` and `questions`."
)
def add_label(name: str, meaning: str, advice_file: Path | None) -> None:
    """Add a label of your own. You give it to mails in the column `own_labels` of a table: feedback-nlp add FILE."""
    from feedback_nlp.tagging import FEWEST
    from feedback_nlp.tags import add_tag

    tag = add_tag(name, meaning, advice_file)
    click.echo(f"{tag.name} is a label of yours now. It is learnt when {FEWEST} different mails have it (column `own_labels`).")


@labels.command("list")
@_model
@_json
def list_labels(model: str | None, as_json: bool) -> None:
    """Your own labels: what they mean, how many mails have them, and how often each is told rightly."""
    from feedback_nlp.collection import human_labels
    from feedback_nlp.store import load_version
    from feedback_nlp.tagging import open_tagger
    from feedback_nlp.terminal import render_tags

    states = open_tagger(load_version(model), human_labels()).states
    click.echo(json.dumps([state.as_dict() for state in states]) if as_json else "\n".join(render_tags(states)), nl=as_json or bool(states))


@labels.command("remove")
@click.argument("name")
def remove_label(name: str) -> None:
    """Remove a label of your own, with its advice. Mails that you gave it keep it, in case you add it again."""
    from feedback_nlp.tags import remove_tag

    click.echo(f"{remove_tag(name)} is no label of yours any longer.")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("-n", "--number", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="How many mails to show at most.")
@click.option("--who", default="", metavar="NAME", help="Whose labels they are (default: your login name).")
@click.option("--me", multiple=True, metavar="ADDRESS", help="Your own address, where the mailbox does not tell (may be repeated).")
@_text_column
@_model
@_quiet
def review(
    paths: tuple[Path, ...], number: int, who: str, me: tuple[str, ...], text_column: str | None, model: str | None, quiet: bool
) -> None:
    """Label the mails that teach the model most, one key each, in the terminal.

    PATH is whatever `label` reads. Each answer is kept in your collection before the next mail shows; what has your label
    already is not asked again.
    """
    from feedback_nlp.reviewing import ask, choose, render_reviewed
    from feedback_nlp.store import load_version

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise _NoTerminal("review needs a terminal. Without one, label in a table: feedback-nlp add FILE")
    with _progress(paths, quiet) as progress:
        choice = choose(paths, number, load_version(model), me, text_column, progress)
    state = ask(choice, who)
    click.echo("\n".join(render_reviewed(choice, state)))


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE...]")
@click.option("--force", is_flag=True, help="Take the new model into use whatever the verdict; its manifest says so.")
@click.option("--suspects", type=click.Path(path_type=Path), metavar="FILE", help="Write your rows that are likely labelled wrongly.")
@_text_column
@_json
@_quiet
def retrain(files: tuple[Path, ...], force: bool, suspects: Path | None, text_column: str | None, as_json: bool, quiet: bool) -> None:
    """Learn from labelled mails: CSV, JSON lines, or a `label` sheet that you corrected.

    Keeps the rows in your home folder, learns from the corpus and all your rows, and judges the new model beside the shipped
    one, on mails that neither has read and on your own rows, held out. It is taken into use only where it gains and loses
    nothing; the old version stays.
    """
    from feedback_nlp.retraining import retrain as run
    from feedback_nlp.sheet import check_writable, write_rows
    from feedback_nlp.terminal import render_retraining

    if suspects:
        check_writable(suspects)
    say = (lambda _: None) if quiet else (lambda text: click.echo(text, err=True))
    result = run(files, text_column, force, say)
    if suspects:
        write_rows([suspect.as_dict() for suspect in result.suspects], suspects)
    click.echo(json.dumps(result.as_dict()) if as_json else "\n".join(render_retraining(result)))


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@_text_column
@_model
@click.option("--against", metavar="NAME", help="Another model version or its folder, to compare with on the same mails.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Also draw it all into this .png or .svg file.")
@_json
@_quiet
def evaluate(
    files: tuple[Path, ...], text_column: str | None, model: str | None, against: str | None, plot: Path | None, as_json: bool, quiet: bool
) -> None:
    """Score a model on labelled mails: CSV or JSON lines with a text and a `label` or `primary` column.

    Says how well it does, by label, by register (where there is such a column) and by length, what it takes for what, and
    how far its confidence can be trusted. With --against it says whether another model differs by more than noise.
    """
    from feedback_nlp.comparison import compare
    from feedback_nlp.evaluation import evaluate as run
    from feedback_nlp.plots import check_drawable, draw
    from feedback_nlp.report import comparison_table, evaluation_tables
    from feedback_nlp.store import current, load_version
    from feedback_nlp.terminal import render_tables

    if plot:
        check_drawable(plot)
    truth = _labelled_mails(files, text_column, quiet)
    names = [model or current(), *([against] if against else [])]
    answers = [list(m.classify(e.text for e in truth)) for m in [load_version(name) for name in names]]
    evaluations = [run(truth, given) for given in answers]
    compared = compare(truth, answers[0], answers[1], (names[0], names[1])) if against else None
    if plot:
        draw(list(zip(names, evaluations, strict=True)), plot)
        if not quiet:
            click.echo(f"drawn into {plot}", err=True)
    if as_json:
        other = {"against": evaluations[1].as_dict(), "comparison": compared.as_dict()} if compared else {}
        click.echo(json.dumps({"model": names[0], **evaluations[0].as_dict(), **other}))
    else:
        tables = [*evaluation_tables(evaluations[0]), *([comparison_table(compared)] if compared else [])]
        click.echo("\n".join(render_tables(tables)), color=_wants_colour())


def _read_rows(items: Iterable[T | Skipped], quiet: bool) -> list[T]:
    """The rows among what was read; those that were skipped are counted, and the first ones named, on stderr."""
    from feedback_nlp.records import Skipped
    from feedback_nlp.terminal import harmless

    rows, skipped = [], []
    for item in items:
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            rows.append(item)
    if not quiet and skipped:
        named = harmless("; ".join(f"{s.where}: {s.why}" for s in skipped[:5]))
        click.echo(f"{len(skipped)} rows skipped: {named}", err=True)
    return rows


def _labelled_mails(files: Iterable[Path], text_column: str | None, quiet: bool) -> list[Example]:
    from feedback_nlp.examples import read_labelled

    truth = _read_rows(read_labelled(files, text_column), quiet)
    if not truth:
        raise InputError(f"{', '.join(map(str, files))}: no labelled rows. Give a column `label` with {', '.join(LABELS)}.")
    return truth


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="Where it listens (0: any that is free).")
@click.option("--host", default="127.0.0.1", metavar="HOST", help="The address for other machines to open; needs a password.")
@click.option("--password-file", type=click.Path(path_type=Path), metavar="FILE", help="The file with that password in its first line.")
@click.option("--open", "open_browser", is_flag=True, help="Open the browser.")
def serve(port: int, host: str, password_file: Path | None, open_browser: bool) -> None:
    """Show mails, mailboxes and the model in your browser, on this machine alone.

    Prints the address to open. Nothing leaves this machine, and nobody but you can open the page.
    """
    from feedback_nlp.serve.server import serve as run

    run(host, port, password_file, open_browser, lambda text: click.echo(text, err=True))


@main.group(cls=_Group)
def models() -> None:
    """The model versions: which there are, and which one is in use."""


@models.command("list")
@_json
def list_models(as_json: bool) -> None:
    """Every version, oldest first; * marks the one in use. Date, rows of yours, figures, and the one that was in use before it."""
    from feedback_nlp.store import current, origin_of, versions
    from feedback_nlp.terminal import render_versions

    in_use = current()
    rows = [{"name": name, "in_use": name == in_use, "path": str(path), **origin_of(path)} for name, path in versions().items()]
    click.echo(json.dumps(rows) if as_json else "\n".join(render_versions(rows)))


@models.command()
@click.argument("first")
@click.argument("second")
@_json
def diff(first: str, second: str, as_json: bool) -> None:
    """How two versions differ: what they were made from, their figures, and their answers on the test split."""
    from feedback_nlp.examples import read_corpus
    from feedback_nlp.report import difference_tables
    from feedback_nlp.terminal import render_tables
    from feedback_nlp.versions import difference

    found = difference(first, second, [e for e in read_corpus()[0] if e.split == "test"])
    if as_json:
        click.echo(json.dumps(found.as_dict()))
    else:
        click.echo("\n".join(render_tables(difference_tables(found))), color=_wants_colour())


@models.command()
def rollback() -> None:
    """Go back to the version that was in use before."""
    from feedback_nlp.store import roll_back

    click.echo(f"{roll_back()} is in use now.")


@models.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def prune(yes: bool) -> None:
    """Remove the versions that are not needed: not the shipped one, the one in use, or the one it came after."""
    from feedback_nlp.overview import counted
    from feedback_nlp.store import prune as remove
    from feedback_nlp.store import unused

    names = unused()
    if not names:
        click.echo("There is no version that is not needed.")
        return
    if not yes:
        click.confirm(f"Remove {counted(len(names), 'version')} for ever ({', '.join(names)})?", abort=True)
    click.echo(f"Removed: {', '.join(remove(names))}")


@models.command()
@click.argument("version", required=False)
def show(version: str | None) -> None:
    """The manifest of a version: what it was made from, and its figures."""
    from feedback_nlp.store import manifest_of, path_of

    click.echo(json.dumps(manifest_of(path_of(version)), indent=1))


@models.command()
@click.argument("version")
def use(version: str) -> None:
    """Take a version into use (`shipped` is the one that came with the program)."""
    from feedback_nlp.store import use as use_version

    use_version(version)
    click.echo(f"{version} is in use now.")


@models.command()
@click.argument("version", required=False)
def path(version: str | None) -> None:
    """The folder of a version."""
    from feedback_nlp.store import path_of

    click.echo(path_of(version))


@models.command()
@click.argument("folder", type=click.Path(path_type=Path))
@_quiet
def build(folder: Path, quiet: bool) -> None:
    """Train the shipped model anew from the shipped corpus, into FOLDER."""
    from feedback_nlp.building import build as run

    run(folder, (lambda _: None) if quiet else (lambda text: click.echo(text, err=True)))
    click.echo(folder)


@models.command("build-signals")
@click.argument("folder", type=click.Path(path_type=Path))
@_quiet
def build_signals(folder: Path, quiet: bool) -> None:
    """Train the shipped model of the signals anew from the shipped marks, into FOLDER."""
    from feedback_nlp.building import build_signals as run

    run(folder, (lambda _: None) if quiet else (lambda text: click.echo(text, err=True)))
    click.echo(folder)


@main.group(cls=_Group)
def data() -> None:
    """The corpus that ships with the program: its make-up, and checks of it."""


@data.command()
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    help="JSON lines whose texts the corpus must keep away from.",
)
@click.option("--suspects", is_flag=True, help="Also list training rows that out-of-fold predictions contradict (minutes).")
@_json
def check(against: tuple[Path, ...], suspects: bool, as_json: bool) -> None:
    """Check schema, duplicates, conflicts, names, splits; count by label and make-up. Exit code 1 where there is a fault."""
    from feedback_nlp import corpus
    from feedback_nlp.examples import read_corpus
    from feedback_nlp.terminal import harmless

    mails, loose = read_corpus()
    report = corpus.check_corpus(mails, loose, [text for path in against for text in corpus.read_texts(path)])
    doubtful = corpus.suspects(mails, loose, lambda text: click.echo(text, err=True)) if suspects else []
    if as_json:
        rows = [{"id": e.id, "label": e.primary, "predicted": guess, "probability": round(p, 3)} for e, guess, p in doubtful]
        click.echo(json.dumps(report.as_dict() | {"suspects": rows}, indent=1))
    else:
        for name, value in report.as_dict().items():
            if name not in ("counts", "faults"):
                click.echo(f"{name:26} {value}")
        for name, counts in report.counts.items():
            click.echo(f"{name:26} " + ", ".join(f"{key or '-'} {n}" for key, n in list(counts.items())[:40]))
        for e, guess, p in doubtful:
            click.echo(harmless(f"suspect {e.id}: {e.primary}, predicted {guess} ({p:.2f}): {' '.join(e.text.split())[:200]}"))
    for fault in report.faults:
        click.echo(harmless(f"fault: {fault}"), err=True)
    if report.faults:
        raise SystemExit(1)


@data.command()
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the table goes: a .csv or .jsonl file.")
def curve(output: Path) -> None:
    """Train on 1/8, 1/4, 1/2 and all of the corpus and write the figures on the test split (about ten minutes)."""
    from feedback_nlp.corpus import learning_curve
    from feedback_nlp.examples import read_corpus
    from feedback_nlp.sheet import check_writable, write_rows

    check_writable(output)
    write_rows(learning_curve(*read_corpus(), [0.125, 0.25, 0.5, 1.0], lambda text: click.echo(text, err=True)), output)


@data.command("own-weight")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the table goes: a .csv or .jsonl file.")
def own_weight(output: Path) -> None:
    """Simulate learning from a person, with voices of the training mails by turns as the person (half an hour).

    A row says how well the rest of their mails is read, and those of others, where theirs weigh so much. Mails of the test
    split are never read.
    """
    from feedback_nlp.examples import read_corpus
    from feedback_nlp.sheet import check_writable, write_rows
    from feedback_nlp.simulation import base_without, own_weights, people_of
    from feedback_nlp.training import Recipe

    def say(text: str) -> None:
        click.echo(text, err=True)

    check_writable(output)
    mails, loose = read_corpus()
    people = people_of(mails)
    write_rows(own_weights(people, *base_without(people, mails, loose, Recipe(), say), say=say), output)


@data.command()
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the table goes: a .csv or .jsonl file.")
@click.option("--style", "names", metavar="NAME", multiple=True, help="Learn this style alone (repeatable; default: all).")
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="So many random draws of each size.")
def adaptation(output: Path, names: tuple[str, ...], seeds: int) -> None:
    """Learn 10, 20 and 40 mails of a style that no training reads; write what that gains and costs (half an hour).

    A row says how many mails of the rest of the style, of the test split and of the other styles are wrong before and after.
    Nothing is taken into use.
    """
    from feedback_nlp.styles import adaptations, named, read_styles

    styles = read_styles()
    chosen = named(styles, names)
    _write_measured(output, lambda test, basis, say: adaptations(styles, test, basis, chosen, seeds, say=say))


@data.command("wrong-labels")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the table goes: a .csv or .jsonl file.")
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="So many random draws of each mix.")
def wrong_labels(output: Path, seeds: int) -> None:
    """Learn right and wrong labels of mails that no training reads; write whether that is refused (ten minutes).

    A row says how many of the wrong ones are among the suspects. Nothing is taken into use.
    """
    from feedback_nlp.styles import read_styles
    from feedback_nlp.styles import wrong_labels as run

    styles = read_styles()
    _write_measured(output, lambda test, basis, say: run(styles, test, basis, seeds, say=say))


def _write_measured(output: Path, measure: Callable[..., Iterable[dict[str, Any]]]) -> None:
    """Writes what is measured, on the test split, of what is learnt on from the shipped model, with progress on stderr."""
    from feedback_nlp.examples import read_corpus
    from feedback_nlp.retraining import basis_of
    from feedback_nlp.sheet import check_writable, write_rows
    from feedback_nlp.store import SHIPPED, load_version, only_one
    from feedback_nlp.training import Recipe

    def say(text: str) -> None:
        click.echo(text, err=True)

    check_writable(output)
    mails, loose = read_corpus()
    with only_one():
        basis = basis_of(load_version(SHIPPED), mails, loose, Recipe(), say)
    write_rows(measure([e for e in mails if e.split == "test"], basis, say), output)


@data.command()
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the table goes: a .csv or .jsonl file.")
@click.option("--share", type=click.FloatRange(0, 1, min_open=True), default=1.0, help="Train on this share of the voices (default: all).")
@click.option(
    "--also",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    help="Also judge on these labelled mails; their columns begin with the file's name.",
)
def ablation(output: Path, share: float, also: tuple[Path, ...]) -> None:
    """Train with one part of the model more each time and write what each adds, on the test split (an hour).

    A row says what was added, on how many mails it was trained, how well it does, how large it is saved, and how long
    training and reading take. --share 0.125 is done in minutes.
    """
    from feedback_nlp.ablation import ablation as run
    from feedback_nlp.ablation import labelled_sets
    from feedback_nlp.corpus import share_of
    from feedback_nlp.examples import read_corpus
    from feedback_nlp.sheet import write_rows

    def say(text: str) -> None:
        click.echo(text, err=True)

    mails, loose = read_corpus()
    sets = labelled_sets(mails, also, say)
    write_rows(run(*share_of(mails, loose, share), sets, say=say), output)
