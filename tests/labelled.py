"""Rows as `label` writes them, for tests of what is made of them."""


def row(label="vague_subjective", thread="", stage="application", **fields):
    """A sure one of somebody at no known company, unless the fields say otherwise."""
    return {
        "label": label,
        "confidence": 0.9,
        "possible": [label],
        "secondary": [],
        "evidence": [],
        "stage": stage,
        "thread": thread,
        "company": "unknown",
        "role": "unknown",
        "sender_type": "unknown",
        "date": "",
        "days_since_application": None,
    } | fields


def other(thread, stage, **fields):
    """A row of a message that turns nobody down."""
    return row("not_rejection", thread, stage, **fields)
