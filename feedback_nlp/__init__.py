"""feedback-nlp: what a job rejection says, how sure that is, and what to do now. Offline.

The way of one mail through the package, each step a function from one named type to the next:

    inbox       read_inbox(path) -> Email           a mail, a folder, a mailbox, a table, an archive
    body        own_lines(text)                     the sender's own newest words, no quotes, no signature
    sentences   split_sentences(text)               sentences as character ranges of the original
    preprocess  Preprocessor(text) -> Sentence      folded, masked tokens (spaCy's tokenizer)
    features    what the two stages look at
    columns     Columns.of(documents)               where these are in a model, one mail by strings, many by arrays
    wordlist    WordList                            the columns of a model, found without unpacking them
    model       Model.classify(texts) -> Prediction sentence stage, document stage, evidence (numpy alone)
    examples    labelled mails -> Example           the corpus, and rows that a person brings
    collection  Collection                          the person's own labelled mails, every entry kept (SQLite)
    tags        read_tags() -> Tag                  labels of the person's own, beside the six
    verdict     verdict_of(example, text, model) -> Prediction      what the person said goes before what the model says
    explanation explain(model, text) -> Explanation which words moved each sentence, which sentences the mail
    case        facts_of(label, stage, sender_type, signals)    a rejection as advice sees it
    entries     read_entries()                      advice.toml and a person's own, checked
    advice      advise(prediction, email, parties, step, signals) -> Advice
    signals     signals_of(mails, preprocessor) -> list[Signals]    what else they say; signal_model scores it,
                naming finds the words for it, deadline a deadline
    letter      letter_of(email) -> Letter          a mail taken apart: address, unwrapped words, signature
    role, company, employer, sender                 what is looked for in it, by the words of parties.toml
    parties     parties_of(email) -> Parties        which company, which role, who wrote
    step        step_reached, step_announced(text) -> Step  how far the application had come
    reply       check_reply(text, rejection, prediction) -> list[Remark]  what in an answer would hurt
    tag_model   Learnt                              what was learnt of such a label; tag_training fits it
    tagging     open_tagger(model, human) -> Tagger which labels of their own a mail has
    feedback    accounts_of(emails, model) -> Account       what each mail says
                give_feedback(emails, model) -> Feedback    and what to do: the whole flow
    rows, terminal                                  feedback for files and on screens
    drafts      draft(feedback, signals) -> Draft   the mail that fits; wording: the pieces of drafts.toml,
                                                    particulars: what of the mail may stand in it, addressee: who is greeted
    unsent      write_draft(draft, email, path)     a draft as an .eml or on the clipboard

A whole mailbox:

    journal     Journal                             what was read and what it says, on disk (SQLite)
    threads     own mail, and which messages belong to one conversation
    applications                                    which conversations are about one application
    course      the stage and the days of each message
    silence     applications that nobody answered
    workers     spread(function, items, jobs)       by several processes, in order
    mailbox     judge(items, model, journal), tie(journal), rows(journal)
    overview    counts that add up, and the newest rejections
    labelling   label_mailbox(paths, wanted, model) -> Labelled

More mails than one process can read:

    engine      label_tables(paths, wanted, kit) -> Summary     tables, row group by row group, by Dask (an extra)

Labelling by hand:

    drift       drift_of(journal) -> Drift          whether an inbox differs from what the model was judged on
    selection   candidates_in(emails, model), most_telling(candidates, model, number)    which mails to label first
    review      start(questions), press(state, key) what each key does; page: what that looks like
    screen      label_on_screen(questions, collection)  keys and pages in the terminal (prompt_toolkit)
    reviewing   choose(paths, number, model), ask(choice)

In a browser:

    serve       the local page: its locks, what is open on it, and what it shows (an extra)

Many rejections together, from the rows that label wrote:

    history     applications_of(messages) -> Application    how far each came, and the answer that counts
    findings    findings_of(rejections) -> Finding  what exact tests tell from chance
    concessions without_concessions(sentence)       what a sentence says was missing, what it praises left out
    lessons     lessons_of(rejections, findings)    what to do then, from lessons.toml
    patterns    patterns(rows) -> Patterns          the counts, and all of these

Under all of these:

    labels, records, errors, resources
    phrases     phrase_pattern(phrases, words)      the language of the phrases in step.toml, reply.toml and deadline.toml
    temporary   TemporaryFolder, remove_abandoned() for what passes through the disk, gone even where a run was killed
    sheet       write_rows(rows, path)              rows in files: CSV, JSON lines, Parquet, Excel; inbox undoes its escapes

Learning:

    stages      features counted, weighed, and the two first stages as scikit-learn fits them
    training    train(...) -> Model                 folds, the document stage, and the whole
    prior       Prior                               what the corpus leaves for a retraining
    adaptation  adapt(base, prior, mails, own) -> Adapted   learning on from a model
    metrics     figures(truth, predictions), and what else is counted
    evaluation  evaluate(truth, predictions) -> Evaluation  one model, by label, register and length
    comparison  compare(truth, said, others) -> Comparison  two models, and whether they differ by more than noise
    report      an evaluation, a comparison and patterns as tables
    plots       the same as pictures (matplotlib, an extra)
    dossier     compile_dossier(rows, today) -> Dossier, write_report(dossier, path)    patterns and every rejection as a page
    card        the model card
    store       versions of models: save, load, list, use, roll back, prune
    judging     judge(split, own, suspects) -> Verdict  may it be used, and which labels are likely wrong
    originals   the mails of a sheet, found again in the mailbox
    corrections add(files) -> Additions             labelled rows and corrected sheets, into the collection
    retraining  retrain(files)                      add, learn, judge, keep
    versions    difference(first, second, test)     what two versions differ in
    styles      adaptations(styles, test, basis)    what learning a style gains there and costs elsewhere
    simulation  own_weights(people, base, rest)     what a person's row should weigh
    ablation    ablation(mails, loose, sets)        what each part of the model adds
    estimator   FeedbackClassifier, SentenceTokens  the same as scikit-learn estimators
    component   "feedback_reason"                   the same as a spaCy component
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feedback_nlp.labels import LABELS, MEANINGS, REASONS

if TYPE_CHECKING:
    from feedback_nlp.drafts import draft
    from feedback_nlp.estimator import FeedbackClassifier
    from feedback_nlp.explanation import Explanation, explain
    from feedback_nlp.feedback import give_feedback
    from feedback_nlp.inbox import read_inbox
    from feedback_nlp.model import Model
    from feedback_nlp.records import Advice, Draft, Email, Evidence, Feedback, Prediction, Remark
    from feedback_nlp.reply import check_reply

__all__ = [
    "LABELS",
    "MEANINGS",
    "REASONS",
    "Advice",
    "Draft",
    "Email",
    "Evidence",
    "Explanation",
    "Feedback",
    "FeedbackClassifier",
    "Model",
    "Prediction",
    "Remark",
    "check_reply",
    "draft",
    "explain",
    "give_feedback",
    "load",
    "read_inbox",
]

_HOMES = {
    "Explanation": "explanation",
    "FeedbackClassifier": "estimator",
    "Model": "model",
    "check_reply": "reply",
    "draft": "drafts",
    "explain": "explanation",
    "give_feedback": "feedback",
    "read_inbox": "inbox",
} | dict.fromkeys(("Advice", "Draft", "Email", "Evidence", "Feedback", "Prediction", "Remark"), "records")


def load(version: str | None = None) -> Model:
    """The model in use, or the named version or folder. Raises ModelError where it is missing or damaged."""
    from feedback_nlp.store import load_version

    return load_version(version)


def __getattr__(name: str) -> Any:
    # Imported on first use, so that `feedback-nlp --help` is instant.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"feedback_nlp.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
