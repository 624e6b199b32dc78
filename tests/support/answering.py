"""The engine's end of the control socket: answers commands as it is told."""

import threading

import msgpack

from bus import Dealer
from syncbus_test import wait_until


def ok(**results):
    return {"v": 1, "ok": True, "code": "", "msg": "", **results}


def refusal(code, msg=""):
    return {"v": 1, "ok": False, "code": code, "msg": msg}


class Answering:
    """answer(command) gives the reply, or None for silence; what came stands
    in `commands`."""

    def __init__(self, context, control, engine, answer=lambda c: ok()):
        self.answer = answer
        self.commands = []
        self._done = []  # requests
        self._names = (context, control, engine)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._wait_reached()

    def _wait_reached(self):
        """Until the hub knows the way here, and all that was asked to find
        out has been answered."""
        context, control, engine = self._names
        operator = Dealer(context, control)
        ask = {"v": 1, "cmd": "runs"}

        def reached():
            operator.ask(engine, ask)
            return self._done or operator.receive(0.05) and self._done
        wait_until(reached, 5, f"a command at {engine}")
        last = operator.ask(engine, ask)  # it comes behind the others
        wait_until(lambda: last in self._done, 5, "the last of them")
        operator.close()
        self.commands.clear()

    def _run(self):
        context, control, engine = self._names
        dealer = Dealer(context, control, engine)
        while not self._stop.is_set():
            frames = dealer.receive(0.1)
            if not frames:
                continue
            command = msgpack.unpackb(frames[2])
            self.commands.append(command)
            self.react(dealer, frames, command)
            self._done.append(frames[1])
        dealer.close()

    def react(self, dealer, frames, command):
        reply = self.answer(command)
        if isinstance(reply, bytes):  # as it is
            dealer.send(frames[0], frames[1], reply)
        elif reply is not None:
            dealer.send(frames[0], frames[1], msgpack.packb(reply))

    def close(self):
        self._stop.set()
        self._thread.join()
