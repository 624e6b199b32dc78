"""Commands to an engine that answers nonsense, too much, late or twice, comes
and goes; and a hub that starts anew meanwhile: whoever asked is told, soon."""

import json
import threading
import time

import msgpack
import pytest

from answering import Answering, ok, refusal
from stand import Stand, run
from syncbus_test import wait_until

SYNC = "/v1/engines/nas/sync"
RUNS = "/v1/engines/nas/runs"
PERFORM = "/api/sync/performSync"


@pytest.fixture
def stand(processes, context):
    # A fourth of the threads may wait for engines.
    stand = Stand(processes, context, threads=192)
    stand.engine("nas")
    stand.answer("nas")
    wait_until(lambda: stand.gateway.ask("GET", "/v1/engines/nas").status
               == 200, 5, "nas at the gateway")
    yield stand
    stand.close()


def ask(stand, path, body=None):
    method = "GET" if path in (RUNS,) else "POST"
    return stand.gateway.ask(method, path, json.dumps(body) if body else None)


def at_once(stand, calls):
    """The answers to calls (path, body) that are made together."""
    answers = [None] * len(calls)

    def work(i):
        answers[i] = ask(stand, *calls[i])

    threads = [threading.Thread(target=work, args=(i,))
               for i in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def is_well(stand):
    """A good answer is passed on, at once."""
    stand.answering["nas"].answer = lambda command: ok(run=18)
    answer = ask(stand, SYNC)
    assert answer.status == 202 and answer.json["run"] == 18, answer.text
    assert stand.gateway.ask().status == 200
    return True


def says_why(answer):
    if answer.status == 200:  # SiYuan's calls
        return answer.json["code"] == -1 and answer.json["msg"]
    return answer.json["error"]["msg"]


GARBAGE = {
    "nothing": b"", "no msgpack": b"\xc1", "a number": b"\x07",
    "a list of 2^32": b"\xdd\xff\xff\xff\xff", "a map of 2^31":
    b"\xdf\x7f\xff\xff\xff", "deep": b"\x91" * 5000,
    "empty map": b"\x80",
    "ok is text": msgpack.packb({**ok(), "ok": "yes"}),
    "code is bytes": msgpack.packb({**refusal("x"), "code": b"\xff\xfe"}),
    "a negative run": msgpack.packb(ok(run=-1)),
    "a huge text": msgpack.packb({**refusal("internal"), "msg": "m" * 7000}),
    "rest": msgpack.packb(ok(run=18)) + b"x",
}


def test_nonsense_is_no_answer_and_is_said(stand):
    """Each kind of call with each nonsense, and all of them wait together."""
    before = stand.gateway.process.rss_bytes()
    left = {word: list(GARBAGE.values()) for word in ("sync", "runs")}
    left["sync"] *= 2

    def nonsense(command):
        words = left[command["cmd"]]
        return words.pop() if words else b""

    stand.answering["nas"].answer = nonsense
    answers = at_once(stand, [(SYNC, None), (RUNS, None), (
        PERFORM, {"wait": False})] * len(GARBAGE))
    assert not left["sync"] and not left["runs"], [
        len(words) for words in left.values()]
    for answer in answers:
        assert answer.status in (200, 502, 504), answer.text
        assert says_why(answer), answer.text
    assert is_well(stand)
    assert stand.gateway.process.rss_bytes() - before < 64 << 20


@pytest.mark.slow
def test_too_many_rows_are_no_answer(stand):
    """The hub hangs up on who sends so much; it may come again."""
    before = stand.gateway.process.rss_bytes()
    stand.answering["nas"].answer = lambda command: ok(runs=[run(1)] * 100000)
    answer = ask(stand, RUNS)
    assert answer.status in (502, 503, 504) and says_why(answer)
    wait_until(lambda: ask(stand, SYNC).status != 503, 10, "nas again")
    assert is_well(stand)
    assert stand.gateway.process.rss_bytes() - before < 64 << 20


def test_each_call_hears_its_own_answer_and_the_first(stand):
    class Twice(Answering):
        """Answers, and once more otherwise; and all that it was asked
        before, again."""

        asked = []

        def react(self, dealer, frames, command):
            number = len(self.asked) + 1
            dealer.send(frames[0], frames[1], msgpack.packb(ok(run=number)))
            self.asked.append(frames)
            for old in self.asked[-20:]:
                dealer.send(old[0], old[1], msgpack.packb(refusal("internal")))

    stand.answering["nas"].close()
    nas = stand.answering["nas"] = Twice(stand.context, stand.hub.control,
                                         "nas")
    nas.asked.clear()
    for number in range(1, 60):
        answer = ask(stand, SYNC)
        assert answer.status == 202 and answer.json["run"] == number


def test_an_answer_that_comes_too_late_is_nobodys(stand):
    class Late(Answering):
        kept, is_late = None, True

        def react(self, dealer, frames, command):
            if self.is_late and command["cmd"] == "sync":
                self.kept = frames
                return
            if self.kept:
                dealer.send(*self.kept[:2], msgpack.packb(ok(run=1)))
            dealer.send(frames[0], frames[1], msgpack.packb(ok(run=2)))

    stand.answering["nas"].close()
    nas = stand.answering["nas"] = Late(stand.context, stand.hub.control,
                                        "nas")
    answer = ask(stand, SYNC)
    assert answer.status == 504 and says_why(answer)
    nas.is_late = False
    answer = ask(stand, SYNC)
    assert answer.status == 202 and answer.json["run"] == 2


def test_an_engine_that_comes_and_goes_sticks_nobody(stand):
    """Commands all the while; each is answered, and by nobody else."""
    statuses, stop = [], threading.Event()

    def work():
        while not stop.is_set():
            began = time.monotonic()
            answer = ask(stand, SYNC)
            assert answer.status == 202 or says_why(answer)
            statuses.append((answer.status, time.monotonic() - began))

    class Sudden(Answering):
        """Nobody waits until it is reached."""

        def _wait_reached(self):
            pass

    stand.answering["nas"].answer = lambda command: ok(run=18)
    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for _ in range(5):
        stand.answering["nas"].close()
        stand.answering["nas"] = Sudden(stand.context, stand.hub.control,
                                        "nas", lambda c: ok(run=18))
        seen = len(statuses)
        wait_until(lambda: len(statuses) > seen + 20, 10, "answers")
    stop.set()
    for worker in workers:
        worker.join()
    print({s: sum(x == s for x, _ in statuses) for s, _ in statuses})
    assert {s for s, _ in statuses} <= {202, 503, 504}
    assert max(took for _, took in statuses) < 60
    assert is_well(stand)


def test_a_hub_that_starts_anew_ends_no_call_without_a_word(stand):
    answers = []
    stand.answering["nas"].answer = lambda command: ok(run=99)

    def wait(path):
        answers.append(ask(stand, path, {"wait": True}))

    waiting = [threading.Thread(target=wait, args=(path,))
               for path in (SYNC, SYNC, PERFORM, PERFORM)]
    for thread in waiting:
        thread.start()
    wait_until(lambda: len(stand.answering["nas"].commands) == 4, 5, "four")
    stand.hub_process.kill()
    stand.hub_process = stand.hub.start(stand.processes)

    def works():
        return ask(stand, SYNC).status == 202
    wait_until(works, 15, "commands as before")
    stand.engines["nas"].send(st="idle", last=run(99))
    for thread in waiting:
        thread.join(120)
        assert not thread.is_alive()
    assert len(answers) == 4
    for answer in answers:
        assert answer.status in (200, 202), answer.text
        assert answer.json.get("code", 0) == 0 or says_why(answer)
    assert is_well(stand)
