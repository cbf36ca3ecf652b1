import os
import signal
import subprocess
import sys
from itertools import count

import psutil
import pytest

from feedback_nlp.errors import FeedbackError
from feedback_nlp.workers import spread

NO_SIGKILL = pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")


def halved(number):
    return os.getpid(), number / 2


def failing(number):
    return 1 / (3 - number)


def killed(number):
    os.kill(os.getpid(), signal.SIGKILL)


def test_the_results_come_in_order():
    found = list(spread(halved, range(40), 2))
    assert [half for _, half in found] == [number / 2 for number in range(40)]
    assert os.getpid() not in {process for process, _ in found}


def test_one_job_is_this_process_and_works_on_nothing_ahead():
    asked = []
    found = spread(halved, (asked.append(number) or number for number in range(40)), 1)
    assert next(found) == (os.getpid(), 0)
    assert asked == [0]


def test_few_items_are_taken_ahead():
    asked = []
    found = spread(halved, (asked.append(number) or number for number in count()), 2)
    assert next(found)[1] == 0
    assert len(asked) == 5
    found.close()


def test_what_fails_there_fails_here():
    found = spread(failing, range(6), 2)
    assert [next(found) for _ in range(3)] == [1 / 3, 1 / 2, 1]
    with pytest.raises(ZeroDivisionError):
        next(found)


@NO_SIGKILL
def test_a_killed_process_is_told():
    told = "One of 2 processes was killed, most likely for want of memory. Run the same again with fewer --jobs: it goes on."
    with pytest.raises(FeedbackError) as error:
        list(spread(killed, range(6), 2))
    assert str(error.value) == told


@NO_SIGKILL
def test_no_process_outlives_its_parent():
    lines = (
        "import time",
        "from feedback_nlp.workers import spread",
        "found = spread(time.sleep, [0, 600, 600], 2)",
        "print(next(found), flush=True)",
        "time.sleep(600)",
    )
    with subprocess.Popen([sys.executable, "-c", "\n".join(lines)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"None\n"
        children = psutil.Process(parent.pid).children(recursive=True)
        assert len(children) >= 2
        parent.kill()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]
