"""What is on its way while an end resets, dies or queues behind others."""

import socket
import time

from path import DROP, Rule
from scenario import HEADERS, ask, drain, linger, read, scenario, serve

from .handshake import FAST_OPEN
from .reset import exchange_then, server_aborts_as_client_closes
from .turns import EVERY_POINT, FAR


@scenario("reset while the peer's FIN is on its way: the server never sees CLOSE_WAIT", at=EVERY_POINT, network=FAR,
          states=("FIN_WAIT1 CLOSED", "ESTABLISHED CLOSED"))
def reset_crosses_fin(stage):
    """The client closes as the server aborts with SO_LINGER 0: FIN and RST cross."""
    server_aborts_as_client_closes(stage)


@scenario("data after close answered by RST, the FIN behind it by another", at=EVERY_POINT, network=FAR,
          states=("FIN_WAIT1 CLOSED", "LAST_ACK CLOSED"))
def reset_by_data_before_ack_of_fin(stage):
    """The client closes while a response is on its way; its first RST has the number of its FIN."""
    def work(connection):
        time.sleep(0.03)
        connection.sendall(b"late" * 50)
        drain(connection)
        connection.close()
    serve(stage, exchange_then(work))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100, pause=0.02)
    sock.close()
    stage.join()
    time.sleep(0.2)


@scenario("Fast Open: the server aborts before the final ACK reaches it", at=EVERY_POINT, network=FAR, sysctl=FAST_OPEN,
          states=("SYN_RECV CLOSED",))
def fast_open_reset(stage):
    """Two connections with Fast Open; the server reads what the SYN brings, and aborts."""
    def work(connection):
        read(connection, 300)
        linger(connection)
        connection.close()
    serve(stage, work, 2, TCP_FASTOPEN=5)
    for _ in range(2):
        sock = stage.client.socket()
        sock.settimeout(None)
        sock.sendto(b"q" * 300, socket.MSG_FASTOPEN, (stage.server.address, 8080))
        try:
            drain(sock)
        except ConnectionResetError:
            pass
        sock.close()
        time.sleep(0.05)
    stage.join()


@scenario("FIN never arrives, and the client gives up; what the server says later meets RST", at=EVERY_POINT,
          rules=lambda: [Rule(DROP, "B", "c2s", phase=1)], sysctl={"client ipv4.tcp_orphan_retries": 2},
          states=("FIN_WAIT1 CLOSED", "ESTABLISHED CLOSED"))
def fin_in_vain(stage):
    """The path to the server dies while the client closes, and lives again when the client has forgotten the connection."""
    listener = stage.server.listen()
    sock = stage.client.connect(stage.server)
    connection, _ = listener.accept()
    stage.server.kept.append(connection)
    ask_once(sock, connection)
    stage.phase(1)
    sock.close()
    time.sleep(4)
    stage.phase(0)
    connection.sendall(b"hello?")
    time.sleep(0.2)


def ask_once(sock, connection):
    sock.sendall(b"q" * 100)
    read(connection, 100)
    connection.sendall(b"r" * 100)
    read(sock, 100)
    time.sleep(0.1)


@scenario("twelve downloads queue at one bottleneck: FINs pass the tap long before they arrive", at="server client",
          snaplen=HEADERS, network={"rate": 1e6})
def downloads_queue(stage):
    """Twelve clients read 15 kB each over a path of 1 MB/s, and close first."""
    def work(connection):
        connection.sendall(bytes(15_000))
        drain(connection)
        connection.close()
    serve(stage, work, 12)

    def client():
        sock = stage.client.connect(stage.server)
        read(sock, 15_000)
        sock.close()
    for _ in range(12):
        stage.spawn(client)
    stage.join()
    time.sleep(0.3)
