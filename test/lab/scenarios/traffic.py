"""Many connections at once."""

import random
import socket
import time

import wire
from path import DROP, Rule, data
from scenario import HEADERS, answering, ask, drain, forge, read, scenario, serve


@scenario("12 connections in parallel, 4 % lost", at="server client", snaplen=HEADERS, network={"rate": 2e7},
          rules=lambda: [Rule(DROP, "A", "s2c", data, chance=0.04, seed=41)], wants={"retransmissions": 3})
def parallel(stage):
    """Twelve downloads of 20 kB at once."""
    serve(stage, lambda connection: (connection.sendall(bytes(20_000)), drain(connection), connection.close()), 12)

    def client():
        sock = stage.client.connect(stage.server)
        read(sock, 20_000)
        sock.close()
    for _ in range(12):
        stage.spawn(client)
    time.sleep(0.3)
    stage.join()


@scenario("short connections, one after the other: TIME_WAIT piles up at the client", at="client")
def churn(stage):
    """Seventy connections with one small exchange each, one after the other; the client closes."""
    serve(stage, answering(40, 60), 70)
    for _ in range(70):
        sock = stage.client.connect(stage.server)
        ask(sock, 40, 60, pause=0)
        sock.close()
    stage.join()


@scenario("TIME_WAIT pressure: 120 closed connections wait at the client at once", at="client", snaplen=HEADERS)
def time_wait_pressure(stage):
    """A hundred and twenty connections with one small exchange each, six at a time; the client closes."""
    serve(stage, answering(40, 60), 120)

    def client():
        for _ in range(20):
            sock = stage.client.connect(stage.server)
            ask(sock, 40, 60, pause=0)
            sock.close()
    for _ in range(6):
        stage.spawn(client)
    time.sleep(0.3)
    stage.join()


@scenario("many refused connections", at="client")
def refused_storm(stage):
    """Thirty attempts on a port where nobody listens, ten connections on one that works."""
    serve(stage, answering(40, 60), 10)
    for number in range(40):
        try:
            sock = stage.client.connect(stage.server, 8080 if number % 4 == 0 else 9090)
            ask(sock, 40, 60, pause=0)
            sock.close()
        except ConnectionRefusedError:
            pass
    stage.join()


def flood(stage, count=300, seconds=1.2):
    raw, chance = stage.client.raw(), random.Random(9)
    network = stage.client.address.rsplit(".", 1)[0]
    stage.mark("flood starts")
    for _ in range(count):
        source = f"{network}.{chance.randrange(10, 250)}"
        raw.send(forge(stage.client, stage.server, wire.SYN, chance.randrange(1024, 65536), 8080, source=source,
                       ttl=chance.randrange(40, 60), seq=chance.randrange(1 << 32), options=b"\x02\x04\x05\xb4"))
        time.sleep(seconds / count)
    stage.mark("flood ends")


def legitimate(stage):
    try:
        sock = stage.client.connect(stage.server, timeout=1.5)
        ask(sock, 50, 80)
        sock.close()
        stage.mark("legitimate connection served")
    except TimeoutError:
        stage.mark("legitimate connection failed")


@scenario("SYN flood, no cookies: half-open connections pile up", at="server", snaplen=HEADERS, flood=True,
          sysctl={"server ipv4.tcp_syncookies": 0, "server ipv4.tcp_max_syn_backlog": 128, "server ipv4.tcp_synack_retries": 1})
def syn_flood(stage):
    """300 SYNs with forged sources, the queue holds about 100; a legitimate connection before and one during the flood."""
    serve(stage, answering(50, 80), 2, backlog=128)
    legitimate(stage)
    flood(stage)
    legitimate(stage)
    time.sleep(2)


@scenario("SYN flood met with cookies: the legitimate connection gets through", at="server", snaplen=HEADERS, flood=True,
          sysctl={"server ipv4.tcp_syncookies": 1, "server ipv4.tcp_max_syn_backlog": 64, "server ipv4.tcp_synack_retries": 1})
def syn_flood_cookies(stage):
    """300 SYNs with forged sources against a short queue; cookies keep the service alive."""
    serve(stage, answering(50, 80), 2, backlog=64)
    legitimate(stage)
    flood(stage)
    legitimate(stage)
    time.sleep(1)


@scenario("a pool of connections, some reset, some left half-closed", at="middle")
def mixed_pool(stage):
    """Ten connections on two ports with different ends: closed by either side, reset, half-closed, kept open."""
    def work(connection):
        kind = read(connection, 1)
        connection.sendall(b"r" * 200)
        if kind == b"s":
            connection.close()
            return
        try:
            drain(connection)
        except ConnectionResetError:
            pass
        if kind != b"h":
            connection.close()
    serve(stage, work, 10)
    for kind in b"csrhocsrho":
        sock = stage.client.connect(stage.server)
        sock.sendall(bytes([kind]))
        read(sock, 200)
        if kind == ord("r"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        if kind == ord("h"):
            sock.shutdown(socket.SHUT_WR)
        elif kind != ord("o"):
            sock.close()
        time.sleep(0.05)
    time.sleep(0.2)
