"""Steps out of a half-written answer: the model's JSON is read as it comes, and a step is taken the moment it is whole.

Only the structure is followed (strings, brackets, depth), one token at a time, so a long answer costs time in its length and not in its
square, and the pieces may be cut anywhere. A step is whole when its own bracket has closed: nothing that the model writes later can change
it. Reading a partial value instead would show half a step, whose missing `after` lets it begin too early.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r'["\\{}\[\]]')
_STEPS = re.compile(r'"steps"\s*:\s*\Z')
_LOOK_BACK = 200  # characters before a bracket in which its key is looked for

_OUTSIDE, _TOP, _LIST = 0, 1, 2  # depth of brackets: none open, in the answer, in its list of steps


class StepsReader:
    """Feed it the answer piece by piece; it gives back the text of every step that has just become whole."""

    def __init__(self) -> None:
        self._text = ""  # from the start of the step being read, or the last few characters
        self._seen = 0  # how far `_text` has been read
        self._depth = _OUTSIDE
        self._in_string = False
        self._in_steps = False
        self._start: int | None = None  # where the step being read begins in `_text`

    def feed(self, piece: str) -> list[str]:
        """The JSON texts of the steps that `piece` completes, in order."""
        self._text += piece
        whole: list[str] = []
        at = self._seen
        while (found := _TOKEN.search(self._text, at)) is not None:
            at, sign = found.end(), found[0]
            if sign == "\\":
                if at == len(self._text):
                    at -= 1  # the escaped character is in the next piece
                    break
                at += 1
            elif sign == '"':
                self._in_string = not self._in_string
            elif not self._in_string:
                self._bracket(sign, at, whole)
        else:
            at = len(self._text)
        self._forget(at)
        return whole

    def _bracket(self, sign: str, end: int, whole: list[str]) -> None:
        if sign in "{[":
            if sign == "[" and self._depth == _TOP and _STEPS.search(self._text, max(0, end - _LOOK_BACK), end - 1):
                self._in_steps = True
            elif sign == "{" and self._depth == _LIST and self._in_steps:
                self._start = end - 1
            self._depth += 1
            return
        self._depth = max(_OUTSIDE, self._depth - 1)
        if self._depth == _LIST and self._start is not None:
            whole.append(self._text[self._start : end])
            self._start = None
        elif self._depth == _TOP:
            self._in_steps = False

    def _forget(self, read: int) -> None:
        """Keep what may still be needed: the step being read, or enough to recognise the key before a bracket."""
        keep_from = self._start if self._start is not None else max(0, read - _LOOK_BACK)
        self._text = self._text[keep_from:]
        self._seen = read - keep_from
        if self._start is not None:
            self._start = 0
