"""A terminal in which a command runs, for tests."""

import os
import shlex
import subprocess
import time


class Terminal:
    """A terminal of 80 x 24 in tmux, in which a command runs."""

    def __init__(self, folder, command, environment):
        self._tmux = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null", "-u"]
        given = [part for name, value in environment.items() for part in ("-e", f"{name}={value}")]
        self._pid = folder / "pid"
        run = f"{shlex.join(command)} & echo $! > {shlex.quote(str(self._pid))}; fg > /dev/null; echo code $?; sleep 1000"
        self._run("new-session", "-d", "-x", "80", "-y", "24", *given, "bash", "--norc", "-m", "-c", run)

    def _run(self, *arguments):
        return subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, check=True, timeout=20).stdout

    def press(self, *keys):
        for key in keys:
            self._run("send-keys", key)

    def lines(self):
        return [line.rstrip() for line in self._run("capture-pane", "-p").splitlines()]

    def until(self, words):
        """The lines of the screen once these words are on it."""
        for _ in range(300):
            lines = self.lines()
            if any(words in line for line in lines):
                return lines
            time.sleep(0.1)
        raise AssertionError(f"{words!r} is not on the screen:\n" + "\n".join(self.lines()))

    def kill(self, number):
        os.kill(int(self._pid.read_text()), number)

    def wait(self):
        """Until the process is gone."""
        for _ in range(1200):
            try:
                self.kill(0)
            except ProcessLookupError:
                return
            time.sleep(0.1)
        raise AssertionError("the process is still there:\n" + "\n".join(self.lines()))

    def close(self):
        self._run("kill-server")
