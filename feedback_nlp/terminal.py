"""What a person reads in a terminal: feedback, advice, tables. Mail text is hostile: nothing in it may steer the terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from feedback_nlp.body import lines_of
from feedback_nlp.labels import (
    BOILERPLATE,
    CONDITIONS,
    MEANINGS,
    NOT_REJECTION,
    OVERQUALIFIED,
    REASONS,
    SENTENCE_MEANINGS,
    SKILLS_GAP,
    VAGUE_SUBJECTIVE,
)
from feedback_nlp.metrics import COMPARED, Share, share_interval
from feedback_nlp.records import HUMAN, UNSURE_BELOW, Advice, Evidence, Example, Feedback, OwnLabel, Prediction, Remark

if TYPE_CHECKING:
    from feedback_nlp.collection import Entry
    from feedback_nlp.corrections import Additions
    from feedback_nlp.explanation import Explanation, SentenceExplanation
    from feedback_nlp.lessons import Lesson
    from feedback_nlp.patterns import Patterns
    from feedback_nlp.report import Table
    from feedback_nlp.retraining import Retraining
    from feedback_nlp.tagging import TagState

WIDTH = 78
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
CHANNELS = {
    "mail": "by mail",
    "phone": "by phone",
    "recruiter": "through your recruiter",
    "technical interviewer": "ask for the technical interviewer",
    "none": "not at all",
}
"""The ways to reach somebody, in words."""
_CONTEXT_LINES = 12
_SCREEN = 36
"""A screen has 40 lines; the meaning takes up to 3, the prompt one."""
_EDGES = re.compile(r"^\W+|\W+$")
_SIGN = 0.5
"""A plus or minus stands for this much of a score."""
_MOST_SIGNS = 5
_MOST_SENTENCES = 6
_HEAVIEST = 3
_WORDS_FOR = 5
_WORDS_AGAINST = 3
_LONGEST_QUOTE = 200
_LONGEST_WORD = 30
_MOST_SUSPECTS = 10
_SHORTEST = 30
"""So much is shown of a mail's beginning at least."""


def harmless(text: str) -> str:
    """Text without characters that a terminal acts on, or can't show: escape codes, other controls, direction overrides, half letters."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "))


def runner_up(prediction: Prediction) -> str | None:
    """The second likeliest label where the answer is unsure, else None."""
    if prediction.label is None or prediction.confidence >= UNSURE_BELOW:
        return None
    return max((name for name in prediction.scores if name != prediction.label), key=lambda name: prediction.scores[name])


def render(feedback: Feedback) -> Iterator[str]:
    """The lines to print, with ANSI styles (click drops them where colour is not wanted)."""
    prediction, advice = feedback.prediction, feedback.advice
    if prediction.label is None:
        yield from _wrapped(prediction.note)
        return
    yield from headline(feedback)
    if prediction.label != NOT_REJECTION and prediction.evidence:
        yield ""
        yield click.style("The mail says it here:", bold=True)
        yield from _in_place(feedback.email.text, prediction.evidence)
    for reason in prediction.secondary:
        yield ""
        yield from _wrapped(f"Also there: {MEANINGS[reason]} ({reason})")
        if reason in prediction.secondary_evidence:
            yield from _quoted(prediction.secondary_evidence[reason].text)
    yield from _own_labels(feedback.own_labels)
    yield ""
    yield from _wrapped(advice.meaning)
    if prediction.note:
        yield from _wrapped(prediction.note)
    yield from _on_a_screen(advice)
    for label in (label for label in feedback.own_labels if label.likely):
        yield from _list(f"Your label {label.name}: what to do", label.next_steps)
        yield from _list(f"Your label {label.name}: what to ask", label.questions)


def render_unlearnt(states: Iterable[TagState]) -> Iterator[str]:
    """A line for each label of the person's own that can't be told yet, with how many mails are missing."""
    for state in states:
        if state.missing:
            yield from _wrapped(f"Your label {state.tag.name}: not learnt yet (mails with it that are missing: {state.missing}).")


def render_tags(states: Sequence[TagState]) -> Iterator[str]:
    """The lines for the person's own labels: what each means, how many mails have it, and how well it is told."""
    width = max((len(state.tag.name) for state in states), default=0)
    for state in states:
        yield f"{state.tag.name:{width}}  {harmless(state.tag.meaning)}"
        yield from _wrapped(f"different mails: {state.mails}; {_how_told(state)}", " " * (width + 2), " " * (width + 2))


def _how_told(state: TagState) -> str:
    if not state.learnt:
        return f"{state.missing} more to learn it from"
    having, lacking = (Share(*hits, share_interval(*hits)) if hits[1] else "" for hits in (state.learnt.having, state.learnt.lacking))
    return f"held out, right in {having} with it" + (f", {lacking} without" if lacking else "")


def headline(feedback: Feedback) -> Iterator[str]:
    """The lines that say what the mail says, and how sure that is."""
    return _headline(feedback) if feedback.overruled is None else _own_headline(feedback)


def render_advice(label: str, advice: Advice) -> Iterator[str]:
    """The lines for the advice of a case, without a mail."""
    yield click.style(_capital(MEANINGS[label]), bold=True) + f"  ({label})"
    yield from _wrapped(advice.meaning)
    yield from _on_a_screen(advice)


def render_remarks(text: str, remarks: Sequence[Remark]) -> Iterator[str]:
    """The lines for what would hurt in a reply: the sentences, why, and kinder words, those with the same ones together."""
    for (why, kinder), found in alike(remarks).items():
        for remark in found:
            yield from _quoted(shortened(text[remark.start : remark.end]))
        yield from _wrapped(why)
        if kinder:
            yield from _wrapped(f"Kinder: {kinder}")
        yield ""
    yield click.style(summary(remarks), bold=True)


def alike(remarks: Sequence[Remark]) -> dict[tuple[str, str], list[Remark]]:
    """The remarks by why and the kinder words, those with the same ones together."""
    together: dict[tuple[str, str], list[Remark]] = {}
    for remark in remarks:
        together.setdefault((remark.why, remark.kinder), []).append(remark)
    return together


def summary(remarks: Sequence[Remark]) -> str:
    """How much there is to look at in a reply."""
    count = "One thing" if len(remarks) == 1 else f"{len(remarks)} things"
    return f"{count} to look at again before you send it; what you change is up to you." if remarks else "Nothing in it would hurt you."


def render_explanation(explanation: Explanation, overruled: bool = False) -> Iterator[str]:
    """The lines that say which sentences and words led to the model's answer, which the person may have overruled."""
    shown = _telling(explanation.sentences)
    yield from ("", click.style("Why the model says so" if overruled else "Why this answer", bold=True))
    yield from _answers(explanation)
    yield from _carriers(shown)
    yield from ("", click.style("How the sentences were read", bold=True))
    yield from _wrapped("+ speaks for the meaning given, - against it; the more signs, the stronger.", "  ", "  ")
    if any(text.endswith(")") for sentence in shown for side in _sides(sentence) for text, _ in side):
        yield from _wrapped("Names, numbers and dates are hidden before reading; in brackets is what was seen instead.", "  ", "  ")
    for number, sentence in enumerate(shown, 1):
        yield ""
        yield from _sentence(number, sentence)
    left = len(explanation.sentences) - len(shown)
    if left:
        yield from ("", f"  Sentences left out here, since they matter less: {left} (--json shows all).")


def render_tables(tables: Iterable[Table]) -> Iterator[str]:
    """The lines for tables, an empty one between any two: names to the left, numbers to the right."""
    for i, table in enumerate(tables):
        if i:
            yield ""
        yield click.style(harmless(table.title), bold=True)
        lines = [tuple(" ".join(harmless(cell).split()) for cell in line) for line in (table.columns, *table.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for first, *others in lines:
            cells = (f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True))
            yield "  ".join(["", f"{first:{widths[0]}}", *cells]).rstrip()
        for line in table.note.splitlines():
            yield from _wrapped(line, "  ", "  ")


def render_patterns(patterns: Patterns, tables: Iterable[Table]) -> Iterator[str]:
    """The lines for patterns: the counts with their tables, what can be told from them and what not, and what to do."""
    p, tally = patterns, patterns.turned_down
    yield click.style("What your rejections say together", bold=True)
    yield from _wrapped(f"Applications: {p.applications}. Turned down: {tally.total}; an offer: {p.offers}; no decision: {p.open}.")
    if not tally.total:
        yield "There is no rejection among them, so there is nothing to count."
        return
    yield from _wrapped(
        f"Of those turned down {p.concrete} were told why, {tally.reasons[VAGUE_SUBJECTIVE]} were not; unsure: {tally.unsure}."
    )
    yield from _wrapped(f"Turned down by a mailbox that nobody reads, before anybody had met you: {p.unmet}.")
    yield ""
    yield from render_tables(tables)
    tried = sum(finding.adjusted is not None for finding in p.findings)
    told = [finding.says for finding in p.findings if finding.holds]
    yield from _points("What can be told from this", told or ["Nothing so far is clear of chance."])
    yield from _points("Looked for, and not found", [finding.says for finding in p.findings if not finding.holds])
    yield from _wrapped(f"Exact tests against chance at 5 %, corrected for how many were made: {tried}.", "  ", "  ") if tried else ()
    yield from _points("What may not be concluded", p.limits)
    yield from ("", click.style("What to do", bold=True))
    for lesson in p.lessons:
        yield from _lesson(lesson)


def _points(title: str, texts: Iterable[str]) -> Iterator[str]:
    yield from ("", click.style(title, bold=True))
    for text in texts:
        yield from _wrapped(text, "  - ", "    ")


def _lesson(lesson: Lesson) -> Iterator[str]:
    yield from ("", *(click.style(line, bold=True) for line in _wrapped(lesson.because)))
    if lesson.named:
        yield from _wrapped(f"Named more than once: {', '.join(f'{name} ({n})' for name, n in lesson.named.items())}", "  ", "  ")
    for quote in lesson.quotes:
        yield from _quoted(shortened(quote))
    yield from _numbered(lesson.steps)
    if lesson.checklist:
        yield "  To go through:"
        yield from (line for text in lesson.checklist for line in _wrapped(text, "  [ ] ", "      "))


def render_additions(additions: Additions, dry_run: bool) -> Iterator[str]:
    """The lines for what was taken from files: how many rows of each kind, and every row that was left out, with the reason."""
    taken = additions.taken
    yield f"{taken.added} added, {taken.known} known, {taken.changed} changed{' (if you leave out --dry-run)' if dry_run else ''}"
    if additions.unchanged:
        yield f"{additions.unchanged} unchanged: as the model had it, or as you had said before"
    if additions.conflicts:
        yield f"{len(additions.conflicts)} mails with different labels in different rows, so none was taken:"
        for conflict in additions.conflicts:
            rows = (f"{where} ({label})" for where, label in zip(conflict.rows, conflict.labels, strict=True))
            yield from _wrapped("; ".join(rows), "  ", "    ")
    if additions.skipped:
        yield f"{len(additions.skipped)} skipped, or to look at:"
        for skipped in additions.skipped:
            yield from _wrapped(f"{skipped.where}: {skipped.why}", "  ", "    ")
    if (taken.added or taken.changed) and not dry_run:
        yield "They count at once wherever these mails are read. To learn from them: feedback-nlp retrain"


def render_examples(examples: Iterable[Example]) -> Iterator[str]:
    """One line for each labelled mail: its labels, and how it begins."""
    for example in examples:
        yield _beginning(f"{_labels_of(example):20}  ", example.text)


def render_entries(entries: Iterable[Entry]) -> Iterator[str]:
    """One line for each entry of the history: when, who, by which command, and what."""
    texts: dict[str, str] = {}
    for entry in entries:
        if entry.example:
            texts[entry.digest] = entry.example.text
            what = _labels_of(entry.example)
        else:
            what = "taken back"
        yield _beginning(f"{entry.when}  {harmless(entry.who)}  {harmless(entry.command)}  {what:20}  ", texts.get(entry.digest, ""))


def _labels_of(example: Example) -> str:
    return " + ".join([example.primary, *example.secondary, *(example.tags or ())])


def _beginning(start: str, text: str) -> str:
    words = " ".join(harmless(text[:1000]).split())
    room = max(WIDTH - len(start), _SHORTEST)
    return start + (words if len(words) <= room else words[: room - 3] + "...")


def render_retraining(result: Retraining) -> Iterator[str]:
    """The lines for a retraining: rows, how the new model does beside the shipped one, which one is in use and why, and the
    person's rows that are likely labelled wrongly.
    """
    yield f"rows: {result.added} added, {result.known} known, {result.changed} changed, {len(result.skipped)} skipped"
    for line in result.skipped[:10]:
        yield from _wrapped(line, "  ", "    ")
    if result.in_test:
        yield from _wrapped(f"Not learnt, since models are judged on them: rows that are mails of the test split ({result.in_test}).")
    yield f"{'on the test split':24} {result.split.other[:14]:>14} {result.new_name[:14]:>14}"
    for name in COMPARED:
        yield f"{name:24} {result.shipped[name]!s:>14} {result.new[name]!s:>14}"
    own = result.own
    right = [own.both_right + alone for alone in (own.only_other_right, own.only_model_right)]
    yield f"{'your rows, held out':24} {f'{right[0]} of {own.n}':>14} {f'{right[1]} of {own.n}':>14}"
    yield from _wrapped(
        f"Rightly read by only one of them: {own.only_other_right} and {own.only_model_right} (McNemar's p {own.p_value:.2g})."
    )
    yield from _wrapped(_verdict(result))
    yield from _suspects(result)


def render_versions(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each version, * before the one in use, below a head."""
    yield f"  {'name':14} {'made':10} {'your rows':>9} {'macro-F1':>9} {'rejection':>9}  after"
    for row in rows:
        made, own, *figures = (row.get(name) for name in ("made", "own", "reason_macro_f1", "rejection_f1"))
        shown = " ".join(f"{'?' if value is None else value!s:>9}" for value in (own, *figures))
        forced = " (forced)" if row.get("forced") else ""
        line = f"{'*' if row['in_use'] else ' '} {row['name']:14} {str(made or '')[:10]:10} {shown}  {row.get('parent') or ''}{forced}"
        yield harmless(line).rstrip()


def _verdict(result: Retraining) -> str:
    if not result.used:
        return f"{result.new_name} is kept but not used: {result.why}. To use it all the same: feedback-nlp models use {result.new_name}"
    but = "" if result.promoted else "by force, though "
    return f"{result.new_name} is in use now, {but}{result.why}. Back: feedback-nlp models rollback"


def _suspects(result: Retraining) -> Iterator[str]:
    if not result.suspects:
        return
    yield ""
    n = len(result.suspects)
    are = "is" if n == 1 else "are"
    yield from _wrapped(
        f"{n} of your labels {are} not what the other mails suggest. Keep those that you are sure of (--suspects FILE lists them all):"
    )
    for suspect in result.suspects[:_MOST_SUSPECTS]:
        yield _beginning(f"  {f'{suspect.example.primary}, or {suspect.likelier}?':38}  ", suspect.example.text)


def _own_headline(feedback: Feedback) -> Iterator[str]:
    """The label that the person gave, and what the model says."""
    label, said = feedback.prediction.label or "", feedback.overruled
    yield click.style(_capital(_meaning(feedback)), bold=True) + f"  ({label}, your own label)"
    if said and said.label:
        yield from _wrapped(f"The model says: {MEANINGS[said.label]} ({said.label}, {percent(said.confidence)} sure).")


def _meaning(feedback: Feedback) -> str:
    label = feedback.prediction.label or ""
    kind = next((gap.value for gap in feedback.signals.gaps), "")
    if label == SKILLS_GAP and kind == OVERQUALIFIED:
        return "you have more experience than was asked for"
    if not feedback.advice.gap:
        return MEANINGS[label]
    what = "a condition stood in the way" if kind in CONDITIONS else "a test fell short" if kind == "test" else "a requirement was not met"
    return f"{what}: {feedback.advice.gap}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _headline(feedback: Feedback) -> Iterator[str]:
    prediction, label = feedback.prediction, feedback.prediction.label or ""
    second = runner_up(prediction)
    if second:
        yield click.style(f"Unsure: {MEANINGS[label]} ({label}, {percent(prediction.confidence)}),", bold=True)
        yield click.style(f"     or {MEANINGS[second]} ({second}, {percent(prediction.scores[second])}).", bold=True)
        yield "Please judge by the sentence yourself." if label in REASONS else "Please read it once more yourself."
        return
    yield click.style(_capital(_meaning(feedback)), bold=True) + f"  ({label}, {percent(prediction.confidence)} sure)"
    others = [f"{MEANINGS[name]} ({name}, {percent(prediction.scores[name])})" for name in prediction.possible if name != label]
    if others:
        yield from _wrapped(f"Less likely: {'; or '.join(others)}")


def _on_a_screen(advice: Advice) -> Sequence[str]:
    """The lines below the meaning, the last questions left out where there are more than a screen shows."""
    lines = list(_advice(advice))
    if len(lines) <= _SCREEN or not advice.questions:
        return lines
    return _on_a_screen(replace(advice, questions=advice.questions[:-1]))


def _advice(advice: Advice) -> Iterator[str]:
    """What the mail says and does not say, the way to reach them, and what to do, to ask and to avoid."""
    if advice.says:
        yield ""
    yield from _named("The mail says", "; ".join(advice.says))
    yield from _named("It may mean (a guess)", "; or ".join(advice.may_mean))
    yield from _named("Nobody can know from it", "; ".join(advice.unknown))
    if advice.channel:
        yield from _named("How to reach them", f"{CHANNELS[advice.channel]}, since {advice.channel_reason}")
    if advice.caution:
        yield ""
        yield from _wrapped(advice.caution)
    yield from _list("What to do next", advice.next_steps)
    yield from _list("Questions you could ask" if advice.answerable else "If you reach a person there", advice.questions)
    yield from _list("What to avoid", advice.avoid)


def _own_labels(labels: Sequence[OwnLabel]) -> Iterator[str]:
    """A line for each label of the person's own that the mail has, or is likely to have."""
    lines = [f"Your label {label.name}: {likelihood(label)}" for label in labels if label.likely]
    yield from ("", *(line for text in lines for line in _wrapped(text))) if lines else ()


def likelihood(label: OwnLabel) -> str:
    """How sure it is that a mail has a label of the person's own, and who says so."""
    if label.source == HUMAN:
        return "you gave it to this mail"
    return f"likely ({min(label.probability, 0.99):.2f}; {label.right})"


def _named(name: str, text: str) -> Iterator[str]:
    """A line that begins with a name in bold, if there is something to say."""
    if text:
        first, *others = _wrapped(f"{name}: {text}.", then="  ")
        yield click.style(f"{name}:", bold=True) + first.removeprefix(f"{name}:")
        yield from others


def _in_place(text: str, evidence: Sequence[Evidence]) -> Iterator[str]:
    """The mail around the evidence, line by line, the evidence marked."""
    marked, at = "", 0
    for quote in evidence:
        marked += harmless(text[at : quote.start]) + "\ue000" + harmless(quote.text) + "\ue001"
        at = quote.end
    marked = (marked + harmless(text[at:])).strip("\n")
    lines = [line for a, b in lines_of(marked) for line in (_wrap(marked[a:b]) or [""])]
    telling = [i for i, line in enumerate(lines) if "\ue000" in line or "\ue001" in line]
    first, last = telling[0], telling[-1]
    spare = max(0, _CONTEXT_LINES - (last - first + 1)) // 2
    start, end = max(0, first - spare), min(len(lines), last + spare + 1)
    inside = False
    if start:
        yield "  | ..."
    for line in lines[start:end]:
        styled, inside = _styled(line, inside)
        yield "  | " + styled
    if end < len(lines):
        yield "  | ..."


def _wrap(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH - 4, break_long_words=True, break_on_hyphens=False)


def _styled(line: str, inside: bool) -> tuple[str, bool]:
    """The line with the marked part in reverse video, and between >> and << where colour is off."""
    result = ""
    for part in re.split("(\ue000|\ue001)", line):
        if part == "\ue000":
            inside, result = True, result + ">>"
        elif part == "\ue001":
            inside, result = False, result + "<<"
        elif part:
            result += click.style(part, fg="yellow", bold=True) if inside else part
    return result, inside


def _quoted(text: str) -> Iterator[str]:
    for line in _wrap(" ".join(harmless(text).split())):
        yield "  | " + line


def _wrapped(text: str, first: str = "", then: str = "") -> Iterator[str]:
    yield from textwrap.wrap(harmless(text), WIDTH, initial_indent=first, subsequent_indent=then)


def _list(title: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield ""
        yield click.style(title, bold=True)
        yield from _numbered(items)


def _numbered(items: Iterable[str]) -> Iterator[str]:
    for number, item in enumerate(items, 1):
        yield from _wrapped(item, f"  {number}. ", "     ")


def shortened(quote: str) -> str:
    """A quote on one line, its end left out where it is long."""
    return textwrap.shorten(" ".join(harmless(quote).split()), _LONGEST_QUOTE, placeholder=" ...")


def _telling(sentences: Sequence[SentenceExplanation]) -> list[SentenceExplanation]:
    """The sentences that count, in the mail's order: what is not boilerplate, and the heaviest."""
    ranked = sorted(sentences, key=lambda s: -abs(s.carries))
    heavy = [s for s in ranked[:_HEAVIEST] if abs(s.carries) >= abs(ranked[0].carries) / 4]
    telling = [s for s in ranked if s.label != BOILERPLATE or s in heavy]
    return sorted(telling[:_MOST_SENTENCES], key=lambda s: s.start)


def _answers(explanation: Explanation) -> Iterator[str]:
    """The two likeliest answers, and which of them the two ways of reading the mail speak for."""
    whole = explanation.parts["mail"]
    rows = {
        "Most likely": f"{MEANINGS[explanation.label]} ({percent(explanation.probability)})",
        "Second most likely": f"{MEANINGS[explanation.second]} ({percent(explanation.second_probability)})",
        "Sentence by sentence": _leaning(sum(explanation.parts.values()) - whole),
        "Read as a whole": _leaning(whole),
    }
    for name, value in rows.items():
        yield f"  {name + ':':22}{value}"


def _leaning(weight: float) -> str:
    if abs(weight) < _SIGN / 2:
        return "hardly tells the two apart"
    return f"speaks for the {'first' if weight > 0 else 'second'} {_signs(abs(weight))}"


def _carriers(shown: Sequence[SentenceExplanation]) -> Iterator[str]:
    """Which of the sentences below tip the answer; of one alone that needs no saying."""
    numbered = sorted(((str(i), s.carries) for i, s in enumerate(shown, 1) if abs(s.carries) >= _SIGN / 2), key=lambda n: -abs(n[1]))
    yield from _weighed("Sentences for it", [n for n in numbered if n[1] > 0], "  ", 22)
    yield from _weighed("Sentences against it", [n for n in numbered if n[1] < 0], "  ", 22)
    if not numbered and len(shown) > 1:
        yield "  No single sentence decides it."


def _sentence(number: int, sentence: SentenceExplanation) -> Iterator[str]:
    yield from _wrapped(f'"{shortened(sentence.text)}"', f"  {number}. ", "     ")
    yield from (click.style(line, bold=True) for line in _wrapped(_readings(sentence), "     ", "     "))
    around = {
        "the sentence before": sentence.before,
        "the sentence after": sentence.after,
        "its place and length": sentence.place,
        "the whole mail": sentence.mail,
    }
    speaking, opposing = _sides(sentence)
    yield from _weighed("for", speaking)
    yield from _weighed("against", opposing)
    yield from _weighed("around it", [part for part in around.items() if abs(part[1]) >= _SIGN])


def _sides(sentence: SentenceExplanation) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """The words that speak most for what the sentence was read as, and those that speak most against it."""
    words = sorted(_words(sentence), key=lambda word: -word[1])
    opposing = [word for word in reversed(words) if word[1] < 0]
    return [word for word in words if word[1] > 0][:_WORDS_FOR], opposing[:_WORDS_AGAINST]


def _readings(sentence: SentenceExplanation) -> str:
    """What a sentence says, and what else it may say where that is unsure."""
    ranked = sorted(sentence.scores, key=lambda name: -sentence.scores[name])[: 2 if sentence.probability < UNSURE_BELOW else 1]
    return ", or ".join(f"{SENTENCE_MEANINGS[name]} ({percent(sentence.scores[name])})" for name in ranked)


def _words(sentence: SentenceExplanation) -> list[tuple[str, float]]:
    """The words of a sentence without the marks around them, and their weights; one that is there twice counts once, with both."""
    weights: dict[str, tuple[str, float]] = {}
    for word in sentence.words:
        text = _EDGES.sub("", " ".join(harmless(word.text).split()))
        if text:
            shown, weight = weights.get(text.lower(), (_short(text) + (f" ({word.masked})" if word.masked else ""), 0.0))
            weights[text.lower()] = shown, weight + word.weight
    return [(shown, weight) for shown, weight in weights.values() if abs(weight) >= _SIGN / 5]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_WORD else text[: _LONGEST_WORD - 3] + "..."


def _weighed(title: str, items: Iterable[tuple[str, float]], indent: str = "     ", width: int = 11) -> Iterator[str]:
    """One line for weighed things, or more; a thing and its signs stay together."""
    line = "   ".join(f"{text} {_signs(weight)}".replace(" ", "\xa0") for text, weight in items)
    if line:
        yield from (part.replace("\xa0", " ") for part in _wrapped(line, f"{indent}{title + ':':{width}}", " " * (len(indent) + width)))


def _signs(weight: float) -> str:
    return ("+" if weight > 0 else "-") * max(1, min(_MOST_SIGNS, round(abs(weight) / _SIGN)))


def percent(probability: float) -> str:
    """A probability as a person reads it: no mail is quite sure, and none quite out of the question."""
    return "over 99%" if probability > 0.995 else "under 1%" if probability < 0.005 else f"{probability:.0%}"
