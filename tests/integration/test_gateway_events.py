"""Server-Sent Events: what changed, at once, to any number of readers, none of
whom can hold up another."""

import resource
import signal
import time

import pytest

from bus import Engine, Hub
from gateway import CORS, Gateway
from streams import Ended, Events
from syncbus_test import LONG, wait_until

ENGINE = {"st": "idle", "en": True, "prov": "local", "cloud": "main",
          "ttl": 10000}
MANY = 1000


class Stand:
    """A hub, engines that are known, a gateway."""

    def __init__(self, processes, folder, context, engines=("one",),
                 **options):
        self.hub = Hub(folder)
        self.hub_process = self.hub.start(processes)
        self.context = context
        self.gateway = Gateway(processes, self.hub,
                               *options.pop("more", ()), **options)
        self.engines = {}
        for name in engines:
            self.join(name)

    def join(self, name, **fields):
        engine = Engine(self.context, self.hub.ingest, name).wait_subscribed()
        engine.send(**{**ENGINE, **fields})
        self.engines[name] = engine
        return engine

    def events(self, query="", **options):
        return Events(self.gateway.port, query, **options)

    def wait_known(self, headers=None):
        """Until the gateway has seen every engine.  Not by a stream: its place
        would be taken for a moment longer."""
        def know():
            answer = self.gateway.ask("GET", "/v1/engines", headers=headers)
            known = {e["engine"] for e in answer.json["engines"]}
            return known == set(self.engines)
        wait_until(know, 10, "every engine in the snapshot")
        return self


@pytest.fixture
def stand(processes, short_dir, context):
    return Stand(processes, short_dir, context).wait_known()


def is_state(engine, **fields):
    def look(event):
        if event.name != "state":
            return False
        data = event.json
        return data["engine"] == engine and \
            all(data[key] == value for key, value in fields.items())
    return look


@pytest.mark.tsan
def test_a_snapshot_first_then_each_change(stand):
    reader = stand.events()
    assert reader.status == 200
    assert reader.headers["content-type"] == "text/event-stream"
    assert "no-cache" in reader.headers["cache-control"]
    assert "content-length" not in reader.headers
    for name, value in CORS.items():
        assert reader.headers[name.lower()] == value
    snapshot = reader.expect("snapshot")
    assert snapshot["bus"] == "up"
    assert abs(snapshot["asOfMs"] / 1000 - time.time()) < 60
    assert [e["engine"] for e in snapshot["engines"]] == ["one"]
    assert reader.retry == 3000
    first_id = reader.last_id
    stand.engines["one"].send(st="syncing", run=1, ph="send-chunks",
                              n=[3, 10])
    state = reader.expect("state")
    assert state["state"] == "syncing"
    assert state["progress"]["percent"] == 30
    assert reader.last_id != first_id


def test_what_a_program_reads_is_what_is_streamed(stand):
    """One function makes both."""
    reader = stand.events()
    streamed = reader.expect("snapshot")["engines"][0]
    asked = stand.gateway.ask("GET", "/v1/engines/one").json
    for data in streamed, asked:
        for moving in "ageMs", "upMs":
            data.pop(moving)
    assert {key: asked[key] for key in streamed} == streamed


def test_nothing_is_said_when_nothing_changed(stand):
    """Engines repeat themselves every second, the hub every five."""
    reader = stand.events()
    reader.expect("snapshot")
    engine = stand.engines["one"]
    for _ in range(12):
        engine.send()
        assert reader.quiet(0.5), reader.next()
    engine.send(n=[1, 2], st="syncing", run=1)
    reader.expect("state")


def test_a_new_engine_is_a_change(stand):
    reader = stand.events()
    reader.expect("snapshot")
    stand.join("two")
    assert reader.expect("state")["engine"] == "two"


def test_events_are_numbered_upwards(stand):
    reader = stand.events()
    ids = []
    for i in range(5):
        stand.engines["one"].send(st="syncing", run=1, n=[i + 1, 9])
        ids.append(reader.until(is_state("one"))[-1].id)
        time.sleep(0.11)  # engines publish at most ten states a second
    numbers = [int(i.split("-")[1]) for i in ids]
    assert numbers == sorted(set(numbers))
    assert len({i.split("-")[0] for i in ids}) == 1


# ---- filter -----------------------------------------------------------------

def test_a_filter_leaves_out_the_others(processes, short_dir, context):
    stand = Stand(processes, short_dir, context,
                  ("a", "b", "c")).wait_known()
    reader = stand.events("?engine=a&engine=c&engine=later")
    found = reader.expect("snapshot")["engines"]
    assert [e["engine"] for e in found] == ["a", "c"]
    for name in "bac":
        stand.engines[name].send(st="syncing", run=1, n=[1, 2])
    stand.join("later")
    seen = {reader.expect("state")["engine"] for _ in range(3)}
    assert seen == {"a", "c", "later"}
    assert reader.quiet(0.3)


@pytest.mark.parametrize("query, status", [
    ("?engine=UPPER", 400), ("?engine=a%00", 400), ("?engine=%", 400),
    ("?" + "&".join(f"engine=e{i}" for i in range(17)), 400),
    ("?" + "&".join("engine=e1" for _ in range(40)), 200),
    ("?engine=", 200), ("?other=1", 200)])
def test_a_filter_that_makes_no_sense_is_refused(stand, query, status):
    reader = stand.events(query)
    assert reader.status == status
    if status == 400:
        assert b'"bad-parameter"' in reader.body()


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT"])
def test_only_get_is_a_stream(stand, method):
    assert stand.gateway.ask(method, "/v1/events").status == 404


# ---- coming back ------------------------------------------------------------

def test_who_comes_back_gets_what_changed_since(processes, short_dir, context):
    stand = Stand(processes, short_dir, context, ("a", "b")).wait_known()
    reader = stand.events()
    reader.expect("snapshot")
    stand.engines["a"].send(st="syncing", run=1, n=[1, 9])
    reader.until(is_state("a", state="syncing"))
    last_id = reader.last_id
    reader.close()
    stand.engines["b"].send(st="error")
    stand.gateway.wait_state("error", engine="b")
    reader = stand.events(last_id=last_id)
    assert reader.expect("state")["engine"] == "b"
    assert reader.quiet(0.3)
    # Nothing changed: nothing comes, and what changes then does.
    again = stand.events(last_id=reader.last_id)
    assert again.quiet(0.3) or again.rest.startswith(b"retry")
    stand.engines["a"].send(n=[2, 9])
    assert again.expect("state")["engine"] == "a"


def test_browsers_that_cannot_send_the_field_ask_for_it(stand):
    reader = stand.events()
    reader.expect("snapshot")
    again = stand.events("?lastEventId=" + reader.last_id)
    stand.engines["one"].send(st="error")
    assert again.expect("state")["state"] == "error"


@pytest.mark.parametrize("last_id", [
    "", "1", "-", "0-1", "x" * 500, "1a-99999999999999999999", "{}-999999",
    "{}--1", "{}-01", "{}-", "{}-1 ", "{}"])
def test_an_id_of_nobody_gets_a_snapshot(stand, last_id):
    reader = stand.events()
    reader.expect("snapshot")
    epoch = reader.last_id.split("-")[0]
    reader = stand.events(last_id=last_id.format(epoch))
    reader.expect("snapshot")


def test_an_id_of_another_start_gets_a_snapshot(processes, short_dir, context):
    stand = Stand(processes, short_dir, context).wait_known()
    reader = stand.events()
    reader.expect("snapshot")
    other = Gateway(processes, stand.hub)
    Events(other.port, last_id=reader.last_id).expect("snapshot")


# ---- slow and dead readers --------------------------------------------------

def storm(stand, rounds, reader=None):
    """Every engine changes, rounds times, while reader reads: what it saw."""
    item, seen = "/" + "x" * 150, []
    for i in range(rounds):
        for engine in stand.engines.values():
            engine.send(st="syncing", run=1, ph="send-chunks", it=item,
                        n=[i + 1, 1 << 20])
        time.sleep(0.11)
        seen += reader.available() if reader else []
    while reader and newest(seen) != {name: rounds for name in newest(seen)}:
        seen.append(reader.next())
    return seen


def newest(events):
    """What a reader believes after these events."""
    return {e.json["engine"]: e.json["progress"]["current"]
            for e in events if e.name == "state"}


@pytest.mark.tsan
def test_a_slow_reader_gets_the_newest_and_is_told_what_it_missed(
        processes, short_dir, context):
    names = [f"e{i:02}" for i in range(20)]
    stand = Stand(processes, short_dir, context, names).wait_known()
    slow = stand.events(receive_bytes=4096)
    slow.expect("snapshot")
    quick = stand.events()
    quick.expect("snapshot")
    rounds = 30
    seen = storm(stand, rounds, quick)
    assert newest(seen) == {name: rounds for name in names}
    assert not [e for e in seen if e.name == "gap"]
    assert accounted(slow, newest(seen)) == states(seen)


def states(events):
    return len([e for e in events if e.name == "state"])


def accounted(slow, newest_of_all):
    """Read until the slow one believes the same: changes that it got, and
    those that it was told about."""
    late = []
    while newest(late) != newest_of_all:
        late.append(slow.next())
    gone = sum(e.json["skipped"] for e in late if e.name == "gap")
    assert gone > 0
    assert states(late) > 0
    return gone + states(late)


def test_a_slow_reader_of_some_engines_is_told_what_it_missed_of_them(
        processes, short_dir, context):
    names = [f"e{i:02}" for i in range(20)]
    stand = Stand(processes, short_dir, context, names).wait_known()
    some = "?" + "&".join(f"engine={name}" for name in names[:15])
    quick, slow = stand.events(some), stand.events(some, receive_bytes=4096)
    quick.expect("snapshot")
    slow.expect("snapshot")
    seen = storm(stand, 30, quick)
    assert newest(seen) == {name: 30 for name in names[:15]}
    assert not [e for e in seen if e.name == "gap"]
    assert accounted(slow, newest(seen)) == states(seen)


@pytest.mark.tsan
def test_a_reader_that_stopped_harms_nobody(processes, short_dir, context):
    """Neither other readers, nor the copy, nor getSyncInfo."""
    names = [f"e{i:02}" for i in range(20)]
    stand = Stand(processes, short_dir, context, names).wait_known()
    stopped = [stand.events(receive_bytes=4096, read_head=False)
               for _ in range(20)]
    storm(stand, 20)
    reader = stand.events()
    reader.expect("snapshot")
    took = []
    for i in range(20):
        began = time.monotonic()
        stand.engines["e07"].send(n=[5000 + i, 1 << 20])
        reader.until(lambda e: newest([e]) == {"e07": 5000 + i})
        took.append(time.monotonic() - began)
        time.sleep(0.11)
    assert sorted(took)[10] < 1, took
    assert stand.gateway.info("e07")["progress"]["current"] == 5019
    assert len(stopped) == 20


@pytest.mark.tsan
@pytest.mark.parametrize("how", ["close", "reset", "half"])
def test_who_hangs_up_makes_room(processes, short_dir, context, how):
    stand = Stand(processes, short_dir, context,
                  more=("--max-streams", 2)).wait_known()
    readers = [stand.events() for _ in range(2)]
    for reader in readers:
        reader.expect("snapshot")
    assert stand.events().status == 503
    if how == "half":
        readers[0].sock.shutdown(1)
    else:
        getattr(readers[0], how)()

    def enter():
        reader = stand.events()
        return reader if reader.status == 200 else None
    # Before a beat, at which writing fails: 15 s.
    wait_until(enter, 2, "a place for one more").expect("snapshot")


@pytest.mark.skipif(not LONG, reason="takes a minute")
def test_who_never_reads_is_dropped(processes, short_dir, context):
    names = [f"e{i:02}" for i in range(20)]
    stand = Stand(processes, short_dir, context, names).wait_known()
    quick = stand.events("?engine=e00")
    quick.expect("snapshot")
    stuck = stand.events(receive_bytes=4096)
    storm(stand, 30)

    def look():
        quick.available()
        return 'streams{kind="sse"} 1\n' in \
            stand.gateway.ask("GET", "/metrics").text
    assert not look()
    wait_until(look, 75, "the end of the stuck one")
    with pytest.raises((Ended, ConnectionError)):
        while True:
            stuck.next()


def test_over_the_limit_is_said_with_a_time_to_come_back(
        processes, short_dir, context):
    stand = Stand(processes, short_dir, context,
                  more=("--max-streams", 1)).wait_known()
    reader = wait_until(
        lambda: next((r for r in [stand.events()] if r.status == 200), None),
        5, "a place")
    reader.expect("snapshot")
    refused = stand.events()
    assert refused.status == 503
    assert int(refused.headers["retry-after"]) > 0
    assert b'"too-many-streams"' in refused.body()
    # A WebSocket is a stream, too.
    assert stand.gateway.ask("GET", "/ws?app=a&id=b&type=main", headers={
        "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}).status == 503
    assert stand.gateway.ask().status == 200


def test_what_a_reader_sends_is_no_matter(stand):
    reader = stand.events()
    reader.expect("snapshot")
    reader.sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
    stand.engines["one"].send(st="error")
    assert reader.expect("state")["state"] == "error"


# ---- many -------------------------------------------------------------------

def raise_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 3 * MANY:
        resource.setrlimit(resource.RLIMIT_NOFILE,
                           (min(hard, 3 * MANY), hard))


@pytest.mark.tsan
def test_a_thousand_readers_need_no_threads(processes, short_dir, context):
    """24 threads, a thousand streams; then the gateway stops at once."""
    raise_limit()
    stand = Stand(processes, short_dir, context).wait_known()

    def enter():
        reader = stand.events()
        return reader if reader.status == 200 else None
    readers = [wait_until(enter, 5, "a place") for _ in range(MANY)]
    for reader in readers:
        reader.expect("snapshot")
    assert stand.events().status == 503
    stand.engines["one"].send(st="error")
    for reader in readers:
        reader.until(is_state("one", state="error"))
    assert stand.gateway.ask().status == 200
    began = time.monotonic()
    assert stand.gateway.process.stop() == 0
    assert time.monotonic() - began < 5
    for reader in readers:
        with pytest.raises(Ended):
            while reader.next():  # an engine that is silent goes offline
                pass
        reader.close()


# ---- who may ----------------------------------------------------------------

SECRETS = {"api_token": "admin-token", "reader_token": "reader-token",
           "access_code": "code"}


@pytest.mark.parametrize("query, headers, status", [
    ("", {}, 401),
    ("", {"Authorization": "Bearer admin-token"}, 200),
    ("", {"Authorization": "Token reader-token"}, 200),
    ("", {"Authorization": "Bearer wrong"}, 401),
    ("?token=reader-token", {}, 200),
    ("?token=wrong", {}, 401),
    ("", {"Authorization": "Basic dXNlcjpjb2Rl"}, 200)])
def test_readers_may_look(processes, short_dir, context, query, headers,
                          status):
    stand = Stand(processes, short_dir, context, secrets=SECRETS)
    assert stand.events(query, headers=headers).status == status


def test_without_secrets_only_this_machine_may(stand):
    reader = stand.events(headers={"Origin": "https://elsewhere.example"})
    assert reader.status == 401


# ---- the bus ----------------------------------------------------------------

@pytest.mark.tsan
def test_while_the_hub_is_away_streams_say_so_and_go_on(
        processes, short_dir, context):
    stand = Stand(processes, short_dir, context).wait_known()
    reader = stand.events()
    reader.expect("snapshot")
    stand.hub_process.kill()
    seen = reader.until(is_state("one", state="unknown"))
    beats = [e for e in seen if e.name == "beat"] or [reader.next()]
    assert beats[0].json["bus"] == "down"
    stand.hub.start(processes)
    seen = []

    def look():
        stand.engines["one"].send(st="error")  # heard once it is subscribed
        seen.extend(reader.available())
        return any(map(is_state("one", state="error"), seen))
    wait_until(look, 10, "the engine behind the new hub")
    assert [e.json["bus"] for e in seen if e.name == "beat"] == ["up"]


def test_before_the_hub_is_there_streams_begin_empty(
        processes, short_dir, context):
    hub = Hub(short_dir)
    gateway = Gateway(processes, hub)
    reader = Events(gateway.port)
    snapshot = reader.expect("snapshot")
    assert snapshot["engines"] == [] and snapshot["bus"] == "down"
    hub.start(processes)
    engine = Engine(context, hub.ingest, "one").wait_subscribed()
    engine.send(**ENGINE)
    reader.until(is_state("one", state="idle"))


def test_a_beat_comes_when_nothing_else_does(stand):
    reader = stand.events()
    reader.expect("snapshot")
    beat = next(e for e in iter(reader.next, None) if e.name == "beat").json
    assert beat["bus"] == "up" and beat["engines"] == 1


def test_a_gateway_that_was_stopped_catches_up(stand):
    reader = stand.events()
    reader.expect("snapshot")
    stand.gateway.process.signal(signal.SIGSTOP)
    stand.engines["one"].send(st="error")
    stand.gateway.process.signal(signal.SIGCONT)
    assert reader.until(is_state("one", state="error"))
