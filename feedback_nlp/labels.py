"""The labels of a mail and of a sentence: the only place where they are listed."""

from __future__ import annotations

SKILLS_GAP = "skills_gap"
CULTURAL_FIT = "cultural_fit"
ANOTHER_CANDIDATE = "another_candidate"
HIRING_FREEZE = "hiring_freeze"
VAGUE_SUBJECTIVE = "vague_subjective"
NOT_REJECTION = "not_rejection"

CONCRETE_REASONS = (SKILLS_GAP, CULTURAL_FIT, ANOTHER_CANDIDATE, HIRING_FREEZE)
"""The reasons that say something; `vague_subjective` says that nothing usable was said."""

REASONS = (*CONCRETE_REASONS, VAGUE_SUBJECTIVE)
LABELS = (*REASONS, NOT_REJECTION)

VAGUE_DECISION = "vague_decision"
BOILERPLATE = "boilerplate"

SENTENCE_LABELS = (*CONCRETE_REASONS, VAGUE_DECISION, BOILERPLATE, NOT_REJECTION)
"""A sentence gives one of the concrete reasons, is a bare no, is boilerplate, or belongs to a message of another kind."""

SENTENCE_LABEL_OF = {reason: reason for reason in CONCRETE_REASONS} | {
    VAGUE_SUBJECTIVE: VAGUE_DECISION,
    NOT_REJECTION: NOT_REJECTION,
}
"""Which sentence label carries a mail's label."""

MEANINGS = {
    SKILLS_GAP: "something the role asks for was missing",
    CULTURAL_FIT: "values, personality or way of working",
    ANOTHER_CANDIDATE: "somebody else was chosen",
    HIRING_FREEZE: "the role went away or was paused",
    VAGUE_SUBJECTIVE: "no usable reason given",
    NOT_REJECTION: "not a rejection",
}
"""Each label in words, as a person reads it."""

SENTENCE_MEANINGS = {reason: MEANINGS[reason] for reason in CONCRETE_REASONS} | {
    VAGUE_DECISION: "a no without a reason",
    BOILERPLATE: "polite or routine words",
    NOT_REJECTION: "part of a mail that turns nobody down",
}
"""Each sentence label in words."""

INVITED = "invited"
"""The value of the signal `reply` where the mail asks for an answer, or says that one is welcome."""
OVERQUALIFIED = "overqualified"
"""The kind of gap in which nothing is missing."""
CONDITIONS = ("place", "permit", "availability", "pay", "paperwork")
"""The kinds of gap that are no want of ability."""

SIGNAL_VALUES = {
    "feedback": ("offered", "refused"),
    "reply": ("no-reply", "invited"),
    "door": ("later role", "apply again", "kept on file", "courtesy"),
    "gaps": (
        *("skill", "experience", OVERQUALIFIED, "qualification", "language", "test"),
        *CONDITIONS,
    ),
    "chosen": ("internal", "more experienced", "cheaper", "somebody"),
    "freeze": ("until", "open"),
    "deadline": ("deadline",),
    "traits": ("age", "family", "origin", "religion", "health", "sex"),
}
"""What a rejection may say besides its reason, by signal; of one signal the value that comes first is the strongest. What
they mean stands in docs/signals.md.
"""

STEPS = ("application", "screen", "test", "interview", "final", "offer")
"""How far an application can come, in order: sent in, a first call, a test or task, an interview, the last round, an offer."""

NOREPLY = "noreply"
RECRUITER = "recruiter"
MANAGER = "manager"
AGENCY = "agency"

SENDER_TYPES = (NOREPLY, RECRUITER, MANAGER, AGENCY)
"""Who writes: a mailbox that nobody reads, a person in hiring, the person or team hired for, a staffing agency."""

DRAFT_KINDS = ("feedback", "thanks", "follow-up", "stay-in-touch", "freeze")
"""The mails that can be drafted: asks for feedback, thanks for it, asks after silence, keeps the door open, asks after a freeze."""

TONES = ("warm", "formal", "short")
"""How a draft may sound."""


def label_named(name: str) -> str:
    """The label that is meant by a name in other case, or with spaces or hyphens; what names no label stays as it is."""
    plain = "_".join(name.lower().replace("-", " ").replace("_", " ").split())
    return plain if plain in LABELS else name.strip()
