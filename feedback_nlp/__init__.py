"""feedback-nlp: what a job rejection says, how sure that is, and what to do now. Offline.

Every file, or package of files, in the order in which they build on each other: one imports only from those above it.

Under all of it:

    labels      the labels, and what they mean
    records     the types that go from one step to the next
    errors      what ends with a message to the person
    resources   what ships with the program, the person's own folder, files written whole or not at all
    temporary   TemporaryFolder, remove_abandoned() for what passes through the disk, gone even where a run was killed
    phrases     phrase_pattern(phrases, words)      the language of the phrases in the tables
    dates       time_of(date)                       when a message was sent
    workers     spread(function, items, jobs)       by several processes, in order
    metrics     figures(truth, predictions), and what else is counted
    sheet       write_rows(rows, path)              rows in files: CSV, JSON lines, Parquet, Excel; inbox undoes its escapes

The way of one mail through the package, each step a function from one named type to the next:

    body        own_lines(text)                     the sender's own newest words, no quotes, no signature
    inbox       read_inbox(path) -> Email           a mail, a folder, a mailbox, a table, an archive
    sentences   split_sentences(text)               sentences as character ranges of the original
    language    english_sentences(sentences, known) which are English, and what to say of a mail that can't be judged
    preprocess  Preprocessor(text) -> Sentence      folded, masked tokens (spaCy's tokenizer)
    features    what the two stages look at
    columns     Columns.of(documents)               where these are in a model, one mail by strings, many by arrays
    wordlist    WordList                            the columns of a model, found without unpacking them
    model       Model.classify(texts) -> Prediction sentence stage, document stage, evidence (numpy alone)
    explanation explain(model, text) -> Explanation which words moved each sentence, which sentences the mail

What the person says of it:

    tags        read_tags() -> Tag                  labels of the person's own, beside the six
    examples    labelled mails -> Example           the corpus, and rows that a person brings
    collection  Collection                          the person's own labelled mails, every entry kept (SQLite)
    verdict     verdict_of(example, text, model) -> Prediction      what the person said goes before what the model says
    journal     Journal                             what was read of a mailbox and what it says, on disk (SQLite)
    drift       drift_of(journal) -> Drift          whether an inbox differs from what the model was judged on
    tag_model   Learnt                              what was learnt of such a label
    tag_training    learn(...) -> Learnt            fits it
    tagging     open_tagger(model, human) -> Tagger which labels of their own a mail has

What else it says:

    signature   where a mail is signed, and whether by a person
    letter      letter_of(email) -> Letter          a mail taken apart: address, unwrapped words, signature
    answering   says_no_reply, is_by_team, refuses_feedback, shuts_door     what it says about answering it
    role, company, employer, sender                 what is looked for in it, by the words of parties.toml
    parties     parties_of(email) -> Parties        which company, which role, who wrote
    step        step_reached, step_announced(text) -> Step  how far the application had come
    arrays      read_arrays(path, advice)           plain arrays and JSON, of which nothing is believed
    deadline    sets_deadline(sentence)             by the phrases of deadline.toml
    signal_phrases  plainly_said(sentence)          by these, and the phrases of signal_phrases.toml
    naming      Naming                              which words name the missing thing
    signal_model    SignalModel                     scores what a rejection says besides its reason
    signal_store    load_signals() -> SignalModel   from the disk
    signals     signals_of(mails, preprocessor) -> list[Signals]    what else they say

What to do:

    case        facts_of(label, stage, sender_type, signals)    a rejection as advice sees it
    entries     read_entries()                      advice.toml and a person's own, checked
    advice      advise(prediction, email, parties, step, signals) -> Advice
    feedback    accounts_of(emails, model) -> Account       what each mail says
                give_feedback(emails, model) -> Feedback    and what to do: the whole flow
    rows, terminal                                  feedback for files and on screens
    wording     the pieces of drafts.toml
    particulars, addressee                          what of the mail may stand in a draft, who is greeted
    drafts      draft(feedback) -> Draft            the mail that fits
    unsent      write_draft(draft, email, path)     a draft as an .eml or on the clipboard
    reply       check_reply(text, rejection, prediction) -> list[Remark]  what in an answer would hurt

A whole mailbox:

    threads     own mail, and which messages belong to one conversation
    applications    which conversations are about one application
    course      the stage and the days of each message
    silence     applications that nobody answered
    mailbox     judge(items, model, journal), tie(journal), rows(journal)
    overview    counts that add up, and the newest rejections
    labelling   label_mailbox(paths, wanted, model) -> Labelled

Many rejections together, from the rows that label wrote:

    history     applications_of(messages) -> Application    how far each came, and the answer that counts
    findings    findings_of(rejections) -> Finding  what exact tests tell from chance
    concessions without_concessions(sentence)       what a sentence says was missing, what it praises left out
    lessons     lessons_of(rejections, findings)    what to do then, from lessons.toml
    patterns    patterns(rows) -> Patterns          the counts, and all of these

How good it is, and what is shown of that:

    evaluation  evaluate(truth, predictions) -> Evaluation  one model, by label, register and length
    comparison  compare(truth, said, others) -> Comparison  two models, and whether they differ by more than noise
    report      an evaluation, a comparison and patterns as tables
    plots       the same as pictures (matplotlib, an extra)
    dossier     compile_dossier(rows, today) -> Dossier, write_report(dossier, path)    patterns and every rejection as a page
    card        the model card

Labelling by hand:

    selection   candidates_in(emails, model), most_telling(candidates, model, number)    which mails to label first
    review      start(questions), press(state, key) what each key does
    page        what that looks like
    screen      label_on_screen(questions, collection)  keys and pages in the terminal (prompt_toolkit)
    reviewing   choose(paths, number, model), ask(choice)

Learning:

    prior       Prior                               what the corpus leaves for a retraining
    stages      features counted, weighed, and the two first stages as scikit-learn fits them
    training    train(...) -> Model                 folds, the document stage, and the whole
    adaptation  adapt(base, prior, mails, own) -> Adapted   learning on from a model
    store       versions of models: save, load, list, use, roll back, prune
    judging     judge(split, own, suspects) -> Verdict  may it be used, and which labels are likely wrong
    originals   the mails of a sheet, found again in the mailbox
    corrections add(files) -> Additions             labelled rows and corrected sheets, into the collection
    retraining  retrain(files)                      add, learn, judge, keep
    versions    difference(first, second, test)     what two versions differ in
    marks       read_marks(folder, corpus)          texts of which every sentence was read for its signals
    signal_training     train_signals(...) -> SignalModel
    building    build(folder), build_signals(folder)    what ships with the program, made anew
    corpus      check_corpus(mails, loose)          what a machine can see of the corpus
    styles      adaptations(styles, test, basis)    what learning a style gains there and costs elsewhere
    simulation  own_weights(people, base, rest)     what a person's row should weigh
    ablation    ablation(mails, loose, sets)        what each part of the model adds

The doors:

    engine      label_tables(paths, wanted, kit) -> Summary     more mails than one process can read, by Dask (an extra)
    serve       the local page: its locks, what is open on it, and what it shows (an extra)
    estimator   FeedbackClassifier, SentenceTokens  the same as scikit-learn estimators
    component   "feedback_reason"                   the same as a spaCy component
    cli, __main__                                   the commands
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
