import threading

import pytest

from feedback_nlp.errors import InputError
from feedback_nlp.serve.jobs import BusyError, Jobs


@pytest.fixture
def jobs():
    jobs = Jobs()
    yield jobs
    jobs.end()


def done(job):
    job.wait(30)
    assert not job.running
    return job


def test_what_comes_of_work(jobs):
    def work(job):
        job.say("half of it", 0.5)
        return 7

    job = done(jobs.start("Work", work))
    assert (job.said, job.share, job.result, job.error) == ("half of it", 0.5, 7, "")
    assert jobs.latest("Work") is job
    assert jobs.latest("Play") is None


def test_what_goes_wrong(jobs, capfd):
    def wrong(job):
        raise InputError("There is no such file. Name another.")

    def broken(job):
        raise KeyError("a word of a mail")

    assert done(jobs.start("Work", wrong)).error == "There is no such file. Name another."
    job = done(jobs.start("Work", broken))
    assert job.error == "Something went wrong in the program (KeyError). The terminal says where."
    said = capfd.readouterr()
    assert said.err.startswith("feedback-nlp: KeyError at test_serve_jobs.py:")
    assert "a word" not in said.err + said.out


def test_one_of_a_kind(jobs):
    go_on = threading.Event()
    first = jobs.start("Work", lambda job: go_on.wait(30))
    with pytest.raises(BusyError) as caught:
        jobs.start("Work", lambda job: 1)
    assert str(caught.value) == "Work is going on already. Wait until it is done, or stop it."
    assert done(jobs.start("Play", lambda job: 2)).result == 2
    go_on.set()
    assert done(first).result is True
    assert done(jobs.start("Work", lambda job: 3)).result == 3


def test_work_is_stopped_where_errors_are_caught(jobs):
    started = threading.Event()

    def stubborn(job):
        while True:
            try:
                job.say("on and on")
                started.set()
            except Exception:  # what is read from an archive is caught like this
                started.set()

    job = jobs.start("Work", stubborn)
    assert started.wait(30)
    jobs.end()
    assert (job.running, job.result, job.error) == (False, None, "Stopped. Nothing was kept of it.")
