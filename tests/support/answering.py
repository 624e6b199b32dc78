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
        self._names = (context, control, engine)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._wait_reached()

    def _wait_reached(self):
        """Until the hub knows the way here."""
        context, control, engine = self._names
        operator = Dealer(context, control)

        def reached():
            operator.ask(engine, {"v": 1, "cmd": "runs"})
            return self.commands or operator.receive(0.05) and self.commands
        wait_until(reached, 5, f"a command at {engine}")
        operator.close()
        wait_until(self._is_quiet, 5, "quiet")

    def _is_quiet(self):
        """Forget what came; did nothing more come meanwhile?"""
        self.commands.clear()
        self._stop.wait(0.1)
        return not self.commands

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
