"""The screen of a review: keys from the terminal, and pages onto it (prompt_toolkit)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from feedback_nlp.collection import Collection
from feedback_nlp.page import height_of_mail, last_top, mail_lines, page, top_for
from feedback_nlp.review import KEYS, Keep, Question, State, TakeBack, press, start

if TYPE_CHECKING:
    from prompt_toolkit import Application
    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

COMMAND = "review"
_NAMED = {"c-m": "enter", " ": "space", "c-i": "tab", "c-c": "ctrl-c", "=": "+"} | {
    name: name for name in (*KEYS, *"+.u?q", "up", "down", "escape")
}
"""What the state machine calls a key, by its name in prompt_toolkit; = is + without Shift on many keyboards."""
_SCROLLING = {"pageup": -1, "pagedown": 1}
_OVERLAP = 2
_ESCAPE_WAIT = 0.05
"""Seconds after which Escape is a key of its own and no longer the beginning of one."""


def label_on_screen(questions: Sequence[Question], collection: Collection) -> State:
    """Asks a person about each mail, in the terminal; every answer is in the collection before the next mail shows.

    Raises what the collection raises, once the terminal is as it was.
    """
    return _Screen(start(questions), collection).run()


class _Screen:
    """The state on the screen, and the line of the mail at its top."""

    def __init__(self, state: State, collection: Collection) -> None:
        self._state = state
        self._collection = collection
        self._known: set[str] = set()
        self._top = 0
        self._application = self._make_application()

    def run(self) -> State:
        """Until the person quits, or the terminal is gone."""
        self._top = top_for(self._state, *self._size())
        with suppress(EOFError):
            self._application.run()
        return self._state

    def press(self, key: str) -> None:
        """Does what a key asks for: first in the collection, then on the screen."""
        before, (state, change) = self._state, press(self._state, key)
        if isinstance(change, Keep):
            self._keep(change)
        elif isinstance(change, TakeBack):
            self._take_back(change)
        self._state = state
        if state.question is not before.question:
            self._top = 0
        if (state.question, state.cursor) != (before.question, before.cursor):
            self._top = top_for(state, *self._size(), self._top)
        if state.ended:
            self._application.exit()

    def scroll(self, direction: int) -> None:
        """Shows the page of the mail before or behind this one."""
        columns, rows = self._size()
        if self._state.question:
            height = height_of_mail(rows)
            lines = mail_lines(self._state.question, columns)
            self._top = last_top(lines, height, self._top + direction * max(1, height - _OVERLAP))

    def _keep(self, change: Keep) -> None:
        taken = self._collection.put([change.example], COMMAND)
        if taken.known:  # labelled so elsewhere in the meantime: not ours to take back
            self._known.add(change.example.text)

    def _take_back(self, change: TakeBack) -> None:
        if change.text in self._known:
            self._known.remove(change.text)
        else:
            self._collection.withdraw(change.text, COMMAND)

    def _size(self) -> tuple[int, int]:
        size = self._application.output.get_size()
        return size.columns, size.rows

    def _text(self) -> StyleAndTextTuples:
        lines = page(self._state, *self._size(), self._top)
        text: StyleAndTextTuples = [fragment for line in lines for fragment in (*line, ("", "\n"))]
        return text[:-1]

    def _make_application(self) -> Application[None]:
        from prompt_toolkit import Application
        from prompt_toolkit.layout import FormattedTextControl, Layout, Window
        from prompt_toolkit.output import ColorDepth

        control = FormattedTextControl(self._text, show_cursor=False)
        application: Application[None] = Application(
            layout=Layout(Window(control, always_hide_cursor=True)),
            key_bindings=self._bindings(),
            full_screen=True,
            color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        )
        application.ttimeoutlen = _ESCAPE_WAIT
        return application

    def _bindings(self) -> KeyBindings:
        from prompt_toolkit.key_binding import KeyBindings

        bindings = KeyBindings()
        for name in (*_NAMED, *_SCROLLING, "<any>"):
            bindings.add(name)(self._handle)
        return bindings

    def _handle(self, event: KeyPressEvent) -> None:
        if event.app.is_done:
            return
        key = event.key_sequence[0].key
        name = str(getattr(key, "value", key))
        try:
            if name in _SCROLLING:
                self.scroll(_SCROLLING[name])
            else:
                self.press(_NAMED.get(name, name))
        except Exception as error:  # else prompt_toolkit would print it over the screen and go on
            event.app.exit(exception=error)
