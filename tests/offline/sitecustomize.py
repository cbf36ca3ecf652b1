"""Python imports this first where the folder is on its path: nothing may reach the network, and who tries is noted."""

import os
import sys

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_HERE = {"socket.getaddrinfo", "socket.connect"} if os.environ.get("FEEDBACK_NLP_LOOPBACK") else set()
"""What may be done with this machine alone. To bind reaches nobody: urllib3, which spaCy imports, so asks for IPv6."""


def _forbid(event, arguments):
    if not event.startswith("socket.") or event in ("socket.__new__", "socket.gethostname"):
        return
    place = arguments[0] if event.startswith("socket.get") else arguments[-1]
    host = place[0] if isinstance(place, tuple) else place
    if event in {"socket.bind", *_HERE} and host in _LOOPBACK:
        return
    with open(os.environ["FEEDBACK_NLP_ATTEMPTS"], "a", encoding="utf-8") as file:
        file.write(f"{event} {place!r}\n")
    raise PermissionError(f"{event} {place!r}")


def _shrink():
    """A corpus and a recipe of which training takes seconds."""
    from functools import partial

    from feedback_nlp import examples, training
    from feedback_nlp.labels import LABELS

    mails, loose = examples.read_corpus()
    told = [e for e in mails if e.sentences and not e.pair_id]
    small = [
        [e for e in told if (e.split, e.primary) == (split, label)][:n] for label in LABELS for split, n in (("train", 12), ("test", 3))
    ]
    examples.read_corpus = lambda: ([e for few in small for e in few], loose[:50])
    limits = {"words": 2000, "characters": 2000, "context": 1000, "mail": 2000}
    training.Recipe = partial(training.Recipe, limits=limits, least_senders=2, sentence_c=1.0, mail_c=1.0, folds=2)


sys.addaudithook(_forbid)
if os.environ.get("FEEDBACK_NLP_SMALL"):
    _shrink()
