"""GET /metrics: both formats, read by Prometheus's own tools; counters that
only grow."""

import pytest

from bus import Engine, Hub, Session
from gateway import SYNC_INFO, TOKEN, Gateway
from prometheus import (FAILED, FAMILIES, OPENMETRICS, OTHERS, TEXT, Scrape,
                        promtool)
from syncbus_test import wait_until

@pytest.fixture
def hub(processes, short_dir):
    hub = Hub(short_dir)
    hub.process = hub.start(processes)
    return hub


@pytest.fixture
def gateway(processes, hub):
    return Gateway(processes, hub)


def scrape(gateway, accept=OPENMETRICS, **headers):
    return Scrape(gateway.ask("GET", "/metrics",
                              headers={"Accept": accept, **headers}))


def wait_sample(gateway, value, name, **labels):
    """The first scrape in which the sample has that value."""
    def look():
        found = scrape(gateway)
        return found if found.get(name, **labels) == value else None
    return wait_until(look, 10, f"{name}{labels} {value}")


def test_every_family_stands_in_both_formats_and_passes_their_tools(
        gateway, hub, context):
    engine = Engine(context, hub.ingest, "nas.notes").wait_subscribed()
    engine.send(**FAILED)
    gateway.wait_state("syncing")
    gateway.ask()  # counted when its answer has gone
    wait_until(lambda: scrape(gateway).get(
        "gateway_requests_total", route="metrics", code="200"), 5, "a request")
    for accept, type_ in ((OPENMETRICS, OPENMETRICS), ("*/*", TEXT)):
        found = scrape(gateway, accept)
        assert found.type == type_
        assert found.text.endswith("# EOF\n") == (type_ == OPENMETRICS)
        for name, (kind, labels) in {**FAMILIES, **OTHERS}.items():
            if kind == "info" and type_ == TEXT:
                name, kind = f"{name}_info", "gauge"
            family = found.families.pop(name)
            assert family.type == kind, name
            assert family.documentation, name
            assert family.samples, name
            if name.startswith(tuple(FAMILIES)):
                labels = labels | {"engine"}
            for sample in family.samples:
                assert set(sample.labels) - {"le"} == labels, sample
            if type_ == OPENMETRICS:
                unit = name.rsplit("_", 1)[1]
                want = unit if unit in ("seconds", "bytes", "ratio") else ""
                assert family.unit == want, name
        assert not found.families, "these are nowhere described"
    assert promtool("check", "metrics", text=found.text) == ""


def test_what_the_engine_says_is_told_with_its_labels(gateway, hub, context):
    engine = Engine(context, hub.ingest, "nas.notes").wait_subscribed()
    engine.send(**FAILED)
    gateway.wait_state("syncing")
    found = scrape(gateway)

    def get(name, **labels):
        return found.get(name, engine="nas.notes", **labels)

    assert get("engine_up") == 1
    assert get("engine_state", state="syncing") == 1
    assert get("engine_state", state="idle") == 0
    assert get("engine_info", provider="webdav", cloud=FAILED["cloud"],
               host="nas", version="0.1.0") == 1
    assert 0 <= get("engine_age_seconds") < 10
    assert get("sync_runs_total", result="ok") == 5
    assert get("sync_runs_total", result="failed") == 2
    assert get("sync_conflicts_total") == 3
    assert get("sync_bytes_total", direction="upload") == 9600
    assert get("sync_bytes_total", direction="download") == 16000
    assert get("sync_progress_ratio") == 0.574
    assert get("sync_last_success_timestamp_seconds") == \
        FAILED["sync"] / 1000
    assert get("sync_last_duration_seconds") == 2.21
    assert get("sync_last_error", code="locked") == 1
    assert get("sync_next_run_timestamp_seconds") == FAILED["nx"] / 1000
    assert get("sync_failures_in_a_row") == 2
    assert get("sync_overdue") == 1  # an hour, and it plans to run
    assert found.get("bus_up") == 1


def test_counters_only_grow_over_restarts_of_engine_and_hub(
        gateway, hub, context, processes):
    labels = {"engine": "nas", "result": "ok"}
    engine = Engine(context, hub.ingest, "nas").wait_subscribed()
    engine.send(st="idle", cnt={"ok": 5, "err": 1})
    wait_sample(gateway, 5, "sync_runs_total", **labels)
    # Runs that nobody saw, then a new start that counts from 0.
    engine.send(cnt={"ok": 9, "err": 1})
    wait_sample(gateway, 9, "sync_runs_total", **labels)
    engine.session = Session()
    engine.fields = {}
    engine.send(st="syncing", run=1)
    gateway.wait_state("syncing")
    assert scrape(gateway).get("sync_runs_total", **labels) == 9
    engine.send(st="idle", cnt={"ok": 2, "err": 3})
    found = wait_sample(gateway, 11, "sync_runs_total", **labels)
    assert found.get("sync_runs_total", engine="nas", result="failed") == 4
    # A new hub, which tells the same again.
    hub.process.kill()
    wait_sample(gateway, 0, "bus_up")
    hub.start(processes)
    # The old one's end is told before the new one's subscription.
    wait_until(lambda: engine.socket.poll(100)
               and engine.socket.recv()[:1] == b"\1", 10, "a new hub")
    engine.send(st="queued", cnt={"ok": 2, "err": 3})
    found = wait_sample(gateway, 1, "engine_state", engine="nas",
                        state="queued")
    assert found.get("sync_runs_total", **labels) == 11


def test_refusals_of_the_hub_are_counted_by_reason_over_its_restart(
        gateway, hub, context, processes):
    def refuse(count):
        engine = Engine(context, hub.ingest, "bad").wait_subscribed(10)
        for _ in range(count):
            engine.send_raw(b"sb1/s/bad/", b"\xc1")
        engine.close()

    refuse(3)
    found = wait_sample(gateway, 3, "bus_refused_total", reason="message")
    assert found.get("bus_refused_total", reason="rate") == 0
    hub.process.kill()
    hub.process = hub.start(processes)
    refuse(2)
    wait_sample(gateway, 5, "bus_refused_total", reason="message")


def test_lost_messages_count_to_their_engine(gateway, hub, context):
    engine = Engine(context, hub.ingest, "nas").wait_subscribed()
    engine.send(st="idle")
    gateway.wait_state("idle")
    engine.session.seq += 3
    engine.send(st="queued")
    found = wait_sample(gateway, 3, "bus_ingest_lost_total", engine="nas")
    assert found.get("bus_relay_lost_total", engine="nas") == 0


def test_without_the_hub_nobody_is_up(gateway, hub, context):
    engine = Engine(context, hub.ingest, "nas").wait_subscribed()
    engine.send(st="idle")
    gateway.wait_state("idle")
    hub.process.kill()
    found = wait_sample(gateway, 0, "bus_up")
    assert found.get("engine_up", engine="nas") == 0
    assert found.get("engine_state", engine="nas", state="unknown") == 1


def test_requests_are_counted_by_route_and_status(gateway):
    for _ in range(3):
        gateway.ask()
    gateway.ask("GET", "/nowhere/to/be/found")
    gateway.ask("PUT", "/metrics")
    # A request is counted when its answer has gone.
    wait_sample(gateway, 3, "gateway_requests_total", route="getSyncInfo",
                code="200")
    found = wait_sample(gateway, 2, "gateway_requests_total", route="none",
                        code="404")
    name = "gateway_request_duration_seconds"
    assert found.get(f"{name}_count", route="getSyncInfo") == 3
    assert found.get(f"{name}_bucket", route="getSyncInfo", le="+Inf") == 3
    assert 0 < found.get(f"{name}_sum", route="getSyncInfo") < 60
    wait_until(lambda: scrape(gateway).get(
        "gateway_requests_total", route="metrics", code="200"), 5, "scrapes")
    assert found.get("gateway_streams", kind="sse") == 0


def test_open_streams_are_counted_while_they_last(gateway):
    connection = gateway.connect()
    connection.request("GET", "/v1/events")
    answer = connection.getresponse()
    assert answer.status == 200
    found = wait_sample(gateway, 1, "gateway_streams", kind="sse")
    assert found.get("gateway_streams", kind="websocket") == 0
    answer.close()
    connection.close()
    wait_sample(gateway, 0, "gateway_streams", kind="sse")
    wait_sample(gateway, 1, "gateway_requests_total", route="streamEvents",
                code="200")


def test_the_reader_and_the_administrator_may_scrape_and_nobody_else(
        processes, hub):
    gateway = Gateway(processes, hub, secrets={"api_token": TOKEN,
                                               "reader_token": "reader"})

    def ask(token, method="GET", path="/metrics"):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return gateway.ask(method, path, headers=headers)

    assert ask("reader").status == 200
    assert ask(TOKEN).status == 200
    for token in (None, "wrong"):
        answer = ask(token)
        assert answer.status == 401 and "syncbus_" not in answer.text
    # The reader may not do more than that.
    assert ask("reader", "POST", SYNC_INFO).status == 403


def test_a_local_scraper_needs_no_token_where_there_is_none(gateway):
    assert gateway.ask("GET", "/metrics").status == 200
    foreign = gateway.ask("GET", "/metrics", headers={"Host": "evil.example"})
    assert foreign.status == 401 and "syncbus_" not in foreign.text
