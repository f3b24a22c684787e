"""Rarer turns of opening and closing: what is lost, held up or sent twice at the moment that matters."""

import socket
import time

import wire
from path import DELAY, DROP, DUPLICATE, ICMP, Rule, anything, data, fin, flags, pure_ack, syn, syn_ack
from scenario import HEADERS, Capture, answering, ask, download, drain, linger, read, scenario, serve, vanish

from .closing import WITHOUT_TIMESTAMPS, both_close, client_first, server_first
from .handshake import FAST_OPEN, fast_open, one_exchange, simultaneous_open
from .reset import exchange_then, patient, server_aborts_as_client_closes

EVERY_POINT = "client middle server"
FAR = {"client_to_tap": 0.01, "tap_to_server": 0.02}
RST_ONLY = flags(wire.RST, wire.RST | wire.ACK)
OPENED_AT_ONCE = ("SYN_SENT SYN_RECV ESTABLISHED",)
CLOSED_AT_ONCE = ("CLOSING TIME_WAIT",)
BARE = {f"{host} ipv4.{name}": 0 for host in ("client", "server") for name in ("tcp_timestamps", "tcp_sack")}


# --- opening ---------------------------------------------------------------------------------------------------------


@scenario("simultaneous open", at=EVERY_POINT, network=FAR, states=OPENED_AT_ONCE)
def open_at_once(stage):
    """Both ends connect to each other on a 30 ms path; captured at all three points."""
    simultaneous_open(stage)


@scenario("simultaneous open: one SYN vanishes, the other is answered", at=EVERY_POINT, network=FAR,
          rules=lambda: [Rule(DROP, "B", "c2s", syn, times=1)])
def open_at_once_syn_lost(stage):
    """Both ends connect to each other, and the client's SYN is lost between tap and server."""
    simultaneous_open(stage)


@scenario("simultaneous open, one SYN late", at="client", network=FAR,
          rules=lambda: [Rule(DELAY, "A", "c2s", syn, times=1, hold=0.3)])
def open_at_once_syn_late(stage):
    """Both ends connect to each other; the client's SYN arrives when the handshake is over."""
    simultaneous_open(stage)


@scenario("the third segment carries data; client closes first", at=EVERY_POINT)
def third_segment_with_data(stage):
    """The client withholds the final ACK until it has something to say, 30 ms later."""
    serve(stage, answering(200, 300))
    sock = stage.client.connect(stage.server, TCP_QUICKACK=0)
    time.sleep(0.03)
    ask(sock, 200, 300)
    sock.close()
    stage.join()


@scenario("the third segment carries data and is lost", at=EVERY_POINT, rules=lambda: [Rule(DROP, "B", "c2s", data, times=1)])
def third_segment_lost(stage):
    """The client's final ACK, with data, is lost between tap and server: the data comes again."""
    serve(stage, answering(200, 300))
    sock = stage.client.connect(stage.server, TCP_QUICKACK=0)
    ask(sock, 200, 300)
    sock.close()
    stage.join()


@scenario("final ACK lost, healed by the FIN of a client that says nothing", at=EVERY_POINT,
          rules=lambda: [Rule(DROP, "B", "c2s", pure_ack, times=1)])
def final_ack_lost_fin_heals(stage):
    """The client connects and closes 100 ms later; its final ACK was lost: the FIN completes the handshake."""
    serve(stage, lambda connection: (drain(connection), connection.close()))
    sock = stage.client.connect(stage.server)
    time.sleep(0.1)
    sock.close()
    stage.join()
    time.sleep(0.3)


@scenario("final ACK lost, then the client resets", at="client server",
          rules=lambda: [Rule(DROP, "B", "c2s", pure_ack, times=1)])
def final_ack_lost_then_reset(stage):
    """The client connects and aborts 100 ms later; its final ACK was lost: the server goes from SYN_RECV to CLOSED."""
    stage.server.listen()
    sock = stage.client.connect(stage.server)
    time.sleep(0.1)
    linger(sock)
    sock.close()
    time.sleep(1.4)


@scenario("Fast Open: the SYN with data lost", at=EVERY_POINT, sysctl=FAST_OPEN,
          rules=lambda: [Rule(DROP, "B", "c2s", lambda p: syn(p) and p.length > 0, times=1)])
def fast_open_syn_lost(stage):
    """Fast Open: the SYN that carries the request is lost; it is sent again without data."""
    serve(stage, answering(300, 500), 2, TCP_FASTOPEN=5)
    fast_open(stage)
    fast_open(stage)
    stage.join()


@scenario("Fast Open over IPv6: the SYN-ACK lost", at=EVERY_POINT, sysctl=FAST_OPEN, v6=True,
          rules=lambda: [Rule(DROP, "A", "s2c", syn_ack, skip=1, times=1)])
def fast_open_synack_lost_v6(stage):
    """IPv6, Fast Open: the server takes the data of the SYN, but its SYN-ACK is lost between tap and client."""
    serve(stage, answering(300, 500), 2, TCP_FASTOPEN=5)
    fast_open(stage)
    fast_open(stage)
    stage.join()


@scenario("SYN cookies, the final ACK lost: data completes the handshake", at=EVERY_POINT,
          sysctl={"server ipv4.tcp_syncookies": 2}, rules=lambda: [Rule(DROP, "B", "c2s", pure_ack, times=1)])
def syn_cookies_ack_lost(stage):
    """The server answers with a cookie and keeps nothing; the final ACK is lost, the request brings the cookie back."""
    one_exchange(stage)


@scenario("no timestamps: SYN-ACK lost behind the tap", at=EVERY_POINT, sysctl=WITHOUT_TIMESTAMPS,
          rules=lambda: [Rule(DROP, "A", "s2c", syn_ack, times=1)])
def synack_lost_no_timestamps(stage):
    """Without timestamps, the SYN-ACK is lost between tap and client."""
    one_exchange(stage)


@scenario("SYN unanswered, a router says why, and the program gives up", at=EVERY_POINT,
          rules=lambda: [Rule(ICMP, "B", "c2s", syn, icmp=(3, 1))])
def syn_unreachable(stage):
    """Every SYN meets "host unreachable": the attempt ends with the first."""
    try:
        stage.client.connect(stage.server)
    except OSError:
        pass


# --- closing ---------------------------------------------------------------------------------------------------------


@scenario("simultaneous close", "the server's FIN lost before the tap", at=EVERY_POINT, network=FAR,
          rules=lambda: [Rule(DROP, "B", "s2c", fin, times=1)])
def close_at_once_fin_lost(stage):
    """Both close at once; the server's first FIN is lost between server and tap."""
    both_close(stage)
    time.sleep(0.5)


@scenario("simultaneous close", "the server's FIN lost behind the tap", at=EVERY_POINT, network=FAR, v6=True,
          rules=lambda: [Rule(DROP, "A", "s2c", fin, times=1)])
def close_at_once_fin_lost_v6(stage):
    """IPv6: both close at once; the server's first FIN is lost between tap and client."""
    both_close(stage)
    time.sleep(0.5)


@scenario("simultaneous close without timestamps and SACK", at=EVERY_POINT, network=FAR, sysctl=BARE, states=CLOSED_AT_ONCE)
def close_at_once_bare(stage):
    """Both close at once, without timestamps and SACK."""
    both_close(stage)


@scenario("simultaneous close", "an ACK of a FIN lost", at=EVERY_POINT, network=FAR, sysctl=BARE,
          rules=lambda: [Rule(DROP, "B", "c2s", pure_ack, times=1, phase=1)])
def close_at_once_ack_lost_bare(stage):
    """Without timestamps and SACK: the FINs cross and the client's ACK of the server's FIN is lost."""
    both_close(stage)
    time.sleep(0.5)


@scenario("simultaneous close", "both FINs lost", at=EVERY_POINT, network=FAR,
          rules=lambda: [Rule(DROP, "B", "s2c", fin, times=1), Rule(DROP, "A", "c2s", fin, times=1)])
def close_at_once_both_lost(stage):
    """Both close at once, and both first FINs are lost near their senders."""
    both_close(stage)
    time.sleep(0.6)


@scenario("half-close by the server: the client goes on sending", at=EVERY_POINT)
def half_close_by_server(stage):
    """The server shuts down its writing side; the client sends for a second, then closes."""
    def work(connection):
        read(connection, 100)
        connection.sendall(b"r" * 100)
        connection.shutdown(socket.SHUT_WR)
        drain(connection)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    for _ in range(10):
        sock.sendall(b"s" * 300)
        time.sleep(0.1)
    sock.close()
    stage.join()


@scenario("half-close, the FIN lost: the stream goes on meanwhile", at=EVERY_POINT,
          rules=lambda: [Rule(DROP, "B", "c2s", fin, times=1)])
def half_close_fin_lost(stage):
    """The client shuts down its writing side while the server streams; the FIN is lost between tap and server."""
    def work(connection):
        for _ in range(8):
            connection.sendall(b"s" * 300)
            time.sleep(0.05)
        drain(connection)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    read(sock, 600)
    sock.shutdown(socket.SHUT_WR)
    drain(sock)
    sock.close()
    stage.join()
    time.sleep(0.3)


@scenario("last ACK lost, nobody in TIME_WAIT: a RST answers the next FIN", at=EVERY_POINT,
          sysctl={"client ipv4.tcp_max_tw_buckets": 0}, rules=lambda: [Rule(DROP, "B", "c2s", pure_ack, times=1, phase=1)])
def last_ack_to_nobody(stage):
    """The client keeps no TIME_WAIT; its last ACK is lost, so the server's repeated FIN meets no socket."""
    def work(connection):
        read(connection, 90)
        connection.sendall(b"r" * 200)
        drain(connection)
        time.sleep(0.05)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    ask(sock, 90, 200, pause=0.1)
    stage.phase(1)
    sock.close()
    stage.join()
    time.sleep(0.5)


@scenario("FIN repeated while the first is on its way", at=EVERY_POINT, network=FAR,
          rules=lambda: [Rule(DELAY, "B", "s2c", fin, times=1, hold=0.35)])
def fin_late(stage):
    """The server closes first; its FIN is held up until it has been sent again."""
    server_first(stage)
    time.sleep(0.4)


@scenario("the client's FIN doubled and late", at=EVERY_POINT, network=FAR, sysctl=BARE,
          rules=lambda: [Rule(DUPLICATE, "A", "c2s", fin, times=1, hold=0.05)])
def fin_doubled_late_bare(stage):
    """Without timestamps and SACK: the network delivers the client's FIN twice, 50 ms apart."""
    client_first(stage)


@scenario("short connections without a word", at=EVERY_POINT)
def connect_and_close(stage):
    """The client connects and closes at once, ten times."""
    serve(stage, lambda connection: (drain(connection), connection.close()), 10)
    for _ in range(10):
        stage.client.connect(stage.server).close()
        time.sleep(0.02)
    stage.join()


# --- resets ----------------------------------------------------------------------------------------------------------


@scenario("reset from CLOSE_WAIT: the server closes with unread data after the client's FIN", at="client server")
def reset_from_close_wait(stage):
    """The client sends and half-closes; the server closes without reading: RST in FIN_WAIT_2."""
    serve(stage, lambda connection: (time.sleep(0.2), connection.close()))
    sock = stage.client.connect(stage.server)
    sock.sendall(b"q" * 300)
    sock.shutdown(socket.SHUT_WR)
    time.sleep(0.5)
    stage.join()


@scenario("both ends reset at the same moment", at=EVERY_POINT, network=FAR)
def reset_at_once(stage):
    """Both programs abort with SO_LINGER 0 at the same moment: the RSTs cross."""
    server_aborts_as_client_closes(stage, linger)


@scenario("the reset overtakes the data before it", at=EVERY_POINT, network=FAR,
          rules=lambda: [Rule(DELAY, "B", "c2s", lambda p: p.length == 70, times=1, hold=0.06)])
def reset_overtakes_data(stage):
    """The client sends 70 bytes, then aborts; the RST arrives first, the data finds no socket."""
    serve(stage, exchange_then(patient))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100, pause=0.1)
    sock.sendall(b"x" * 70)
    time.sleep(0.01)
    linger(sock)
    sock.close()
    stage.join()
    time.sleep(0.2)


@scenario("the reset doubled by the network", at=EVERY_POINT, rules=lambda: [Rule(DUPLICATE, "A", "c2s", RST_ONLY, times=1, hold=0.02)])
def reset_doubled(stage):
    """The client aborts; the network delivers its RST twice."""
    serve(stage, exchange_then(patient))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    linger(sock)
    sock.close()
    stage.join()
    time.sleep(0.2)


@scenario("a keep-alive lost, the next answered", at=EVERY_POINT, rules=lambda: [Rule(DROP, "B", "c2s", anything, phase=1, times=1)])
def keepalive_lost_once(stage):
    """Keep-alives after 1 s, every second; the first is lost between tap and server."""
    def work(connection):
        read(connection, 50)
        connection.sendall(b"r" * 50)
        drain(connection)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server, SO_KEEPALIVE=1, TCP_KEEPIDLE=1, TCP_KEEPINTVL=1, TCP_KEEPCNT=5)
    ask(sock, 50, 50, pause=0)
    stage.phase(1)
    time.sleep(3.4)
    sock.close()
    stage.join()


@scenario("same ports again without timestamps", at="client server", sysctl=WITHOUT_TIMESTAMPS)
def time_wait_reused_bare(stage):
    """The server closes first; the client connects again from the same port, three times, without timestamps."""
    listener = stage.server.listen()
    for _ in range(3):
        serve(stage, answering(50, 70, 1, then="close"), listener=listener)
        sock = stage.client.connect(stage.server, bind=42000)
        ask(sock, 50, 70, pause=0)
        drain(sock)
        sock.close()
        stage.join()
        time.sleep(0.4)


# --- what repetitions tell of the close, and what they do not --------------------------------------------------------


@scenario("the server's FIN lost before the tap: both FINs are repeated, yet they had not crossed", at=EVERY_POINT,
          network={"client_to_tap": 0.008, "tap_to_server": 0.012}, states=("CLOSE_WAIT LAST_ACK CLOSED",),
          rules=lambda: [Rule(DROP, "B", "s2c", fin, times=1)])
def fin_answer_lost(stage):
    """The client closes; the FIN that acknowledges its own is lost between server and tap."""
    client_first(stage)
    time.sleep(0.3)


@scenario("FIN repeated, and the late first one answered by RST", at="middle client", sysctl=BARE,
          rules=lambda: [Rule(DELAY, "A", "c2s", fin, times=1, hold=0.5)])
def fin_very_late(stage):
    """Without timestamps and SACK: the client's FIN is held up for half a second, its repetition is not."""
    client_first(stage)
    time.sleep(0.4)


@scenario("half-closed connection ended by RST: the FIN meets no socket", at="client server", v6=True)
def fin_to_nobody(stage):
    """The client vanishes without a word; the server's FIN is answered by a RST."""
    serve(stage, exchange_then(lambda connection: (time.sleep(0.3), connection.close())))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    vanish(sock)
    stage.join()
    time.sleep(0.2)


@scenario("SYN-ACK never answered: every one is lost", at="server", rules=lambda: [Rule(DROP, "A", "s2c", syn_ack)],
          sysctl={"client ipv4.tcp_syn_retries": 1, "client ipv4.tcp_syn_linear_timeouts": 0, "server ipv4.tcp_synack_retries": 2})
def synack_never_arrives(stage):
    """Each SYN-ACK is lost between tap and client, which gives up; so does the server."""
    stage.server.listen()
    sock = stage.client.socket()
    sock.settimeout(6)
    try:
        sock.connect((stage.server.address, 8080))
    except OSError:
        stage.mark("the client gives up")
    sock.close()
    time.sleep(4.5)


@scenario("connection refused by RST, which is lost: the SYN comes again", at="client middle",
          rules=lambda: [Rule(DROP, "A", "s2c", RST_ONLY, times=1)])
def refusal_lost(stage):
    """The port is closed; the RST that says so is lost between tap and client, which asks again after a second."""
    sock = stage.client.socket()
    try:
        sock.connect((stage.server.address, 8001))
    except ConnectionRefusedError:
        stage.mark("refused")


@scenario("an ACK doubled by the network, late", at="server", snaplen=HEADERS, sysctl=BARE,
          rules=lambda: [Rule(DUPLICATE, "A", "c2s", pure_ack, skip=12, times=1, hold=0.02)])
def ack_doubled_late(stage):
    """A download of 60 kB without timestamps and SACK; one of the client's ACKs is delivered again 20 ms later."""
    download(60_000)(stage)


@scenario("everything lost for 1.5 s: RTO retransmissions through a whole flight", at="client", snaplen=HEADERS,
          sysctl=WITHOUT_TIMESTAMPS, rules=lambda: [Rule(DROP, "B", "s2c", anything, phase=1)])
def flight_lost_before_tap(stage):
    """A download of 90 kB; in the middle the path swallows all that the server sends, before the tap."""
    serve(stage, lambda connection: (connection.sendall(bytes(90_000)), drain(connection), connection.close()))
    sock = stage.client.connect(stage.server)
    read(sock, 40_000)
    stage.phase(1)
    time.sleep(1.5)
    stage.phase(0)
    read(sock, 50_000)
    sock.close()
    stage.join()


@scenario("single lost request: its repetition is the first that the tap sees of it", at="middle server",
          wants={"retransmissions_original_not_seen": 1}, rules=lambda: [Rule(DROP, "A", "c2s", data, skip=4, times=1)])
def request_lost_before_tap(stage):
    """Six exchanges; the fifth request is lost between client and tap."""
    serve(stage, answering(120, 400, 6))
    sock = stage.client.connect(stage.server)
    ask(sock, 120, 400, 6, pause=0)
    sock.close()
    stage.join()


@scenario("both FINs lost: the second answers a copy of the first, as its timestamp shows", at="client",
          wants={"retransmissions": 3},
          rules=lambda: [Rule(DROP, "B", "c2s", fin, times=1), Rule(DROP, "A", "s2c", fin, times=1)])
def fins_lost_both_ways(stage):
    """The client's first FIN is lost between tap and server, and the server's between tap and client."""
    client_first(stage)
    time.sleep(0.5)


@scenario("reset by client (SO_LINGER 0)", "the capture starts in mid-connection",
          captures=[Capture("client", start="capture starts", snaplen=HEADERS)])
def midstream_reset(stage):
    """The client has read 60 kB of a download when the capture starts, reads 20 kB more and aborts."""
    serve(stage, lambda connection: (connection.sendall(bytes(80_000)), patient(connection)))
    sock = stage.client.connect(stage.server)
    read(sock, 60_000)
    stage.mark("capture starts")
    read(sock, 20_000)
    linger(sock)
    sock.close()
    stage.join()


@scenario("Fast Open: the server answers and closes before the final ACK reaches it", at="client", network=FAR, sysctl=FAST_OPEN,
          states=("SYN_RECV FIN_WAIT1",))
def fast_open_closed_at_once(stage):
    """Three connections with Fast Open; the server answers what the SYN brings, and closes."""
    def work(connection):
        read(connection, 300)
        connection.sendall(b"r" * 500)
        connection.close()
    serve(stage, work, 3, TCP_FASTOPEN=5)
    for _ in range(3):
        sock = stage.client.socket()
        sock.settimeout(None)
        sock.sendto(b"q" * 300, socket.MSG_FASTOPEN, (stage.server.address, 8080))
        drain(sock)
        sock.close()
        time.sleep(0.05)
    stage.join()


@scenario("simultaneous close: both ACKs of the FINs lost, the FINs cross again", at="client", network=FAR, states=CLOSED_AT_ONCE,
          rules=lambda: [Rule(DROP, at, way, pure_ack, times=1, phase=1) for at, way in (("A", "c2s"), ("A", "s2c"))])
def closed_at_once_acks_lost(stage):
    """Both close at once, and each ACK of a FIN is lost between tap and client."""
    both_close(stage)
    time.sleep(0.8)
