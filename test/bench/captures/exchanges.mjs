/**
 * Connections of requests and responses, each a script that says what the tap sees and how long it waits between:
 * `yield` microseconds.
 */
import { flowsOf, ipv4, ipv6 } from './flow.mjs';
import { ACK, FIN, PSH, SYN } from './writer.mjs';

const MSS = 1448;
/** Of SYN and SYN-ACK, and of what follows, in units of 2^7: Linux's own, which shrink by no more than the scale rounds off. */
const CLIENT_WINDOWS = { first: 64_240, later: 502 };
const SERVER_WINDOWS = { first: 65_160, later: 509 };
const SERVER_PORTS = [80, 443, 5432, 6379, 8080, 9092];

/** What one direction of a connection needs to speak. */
class Speaker {
  constructor(stage, flow, windows) {
    this.stage = stage;
    this.flow = flow;
    this.windows = windows;
    this.isn = stage.random.sequenceNumber();
    this.sent = 0;
    this.heard = 0;
    this.peer = null;
  }

  say(flags, { length = 0, offset = this.sent, ackOffset = this.heard, sack = [] } = {}) {
    const { stage, peer } = this;
    const hasAck = (flags & ACK) !== 0;
    stage.writer.segment(stage.agenda.now, this.flow, {
      seq: this.isn + offset,
      ack: hasAck ? peer.isn + ackOffset : 0,
      flags,
      window: (flags & SYN) !== 0 ? this.windows.first : this.windows.later,
      length,
      sack: sack.map(([left, right]) => [peer.isn + left, peer.isn + right]),
      echo: hasAck ? peer.lastSaid : 0,
    });
    this.lastSaid = Math.floor(stage.agenda.now / 1000) >>> 0;
    const span = length + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0);
    this.sent = Math.max(this.sent, offset + span);
    peer.heard = Math.max(peer.heard, this.sent);
  }
}

function speakers(stage, number, isIpv6) {
  const client = isIpv6 ? ipv6(1, 1 + (number % 60_000)) : ipv4(1 + (number >> 16), number >> 8, number);
  const server = isIpv6 ? ipv6(2, 1 + (number % 200)) : ipv4(200, 0, 1 + (number % 200));
  const serverPort = SERVER_PORTS[number % SERVER_PORTS.length];
  const clientPort = 1024 + ((number * 11) % 60_000);
  const { up, down } = flowsOf({ address: client, port: clientPort }, { address: server, port: serverPort });
  const a = new Speaker(stage, up, CLIENT_WINDOWS);
  const b = new Speaker(stage, down, SERVER_WINDOWS);
  a.peer = b;
  b.peer = a;
  return [a, b];
}

function* open(client, server, rtt) {
  client.say(SYN);
  yield 20;
  server.say(SYN | ACK);
  yield rtt;
  client.say(ACK);
}

function* close(client, server, rtt) {
  client.say(FIN | ACK);
  yield 30;
  server.say(FIN | ACK);
  yield rtt;
  client.say(ACK);
}

/** One tiny exchange. */
export function* shortExchange(stage, number) {
  const [client, server] = speakers(stage, number, false);
  const rtt = 200 + stage.random.around(2_000);
  yield* open(client, server, rtt);
  yield 10;
  client.say(PSH | ACK, { length: 120 });
  yield 400;
  server.say(PSH | ACK, { length: 400 });
  yield rtt;
  client.say(ACK);
  yield 50;
  yield* close(client, server, rtt);
}

/** Four requests with responses of 8 to 28 kB; every 200th segment is lost, before the tap or behind it. */
export function* browsing(stage, number) {
  const { random } = stage;
  const [client, server] = speakers(stage, number, number % 10 === 9);
  const rtt = 1_000 + random.around(20_000);
  yield* open(client, server, rtt);
  for (let round = 0; round < 4; round++) {
    yield random.around(150_000);
    client.say(PSH | ACK, { length: random.between(150, 450) });
    yield 300 + random.around(3_000);
    yield* response(stage, client, server, rtt, random.between(8_000, 28_000));
  }
  yield random.around(50_000);
  yield* close(client, server, rtt);
}

/** Segments in bursts of ten; the client acknowledges every second, and at once while something is missing. */
function* response(stage, client, server, rtt, bytes) {
  const { random } = stage;
  const end = server.sent + bytes;
  while (server.sent < end) {
    const lost = [];
    const burst = [];
    for (let n = 0; n < 10 && server.sent < end; n++) {
      const length = Math.min(MSS, end - server.sent);
      const segment = { offset: server.sent, length };
      burst.push(segment);
      const isLost = random.chance(0.005);
      if (isLost) lost.push(segment);
      if (isLost && random.chance(0.5)) {
        server.sent += length; // lost before the tap
        client.heard = server.sent;
      } else {
        server.say(ACK | (server.sent + length === end ? PSH : 0), { length });
      }
      yield 12;
    }
    yield rtt;
    yield* acknowledgments(client, burst, lost);
    for (const segment of lost) {
      server.say(ACK, segment);
      yield 12;
    }
    if (lost.length > 0) {
      yield rtt;
      client.say(ACK);
    }
  }
}

function* acknowledgments(client, burst, lost) {
  let missing = null;
  let sackFrom = 0;
  let waiting = 0;
  for (const { offset, length } of burst) {
    if (lost.some((segment) => segment.offset === offset)) {
      missing ??= offset;
      sackFrom = offset + length;
      continue;
    }
    waiting++;
    const reached = offset + length;
    if (missing !== null) {
      client.say(ACK, { ackOffset: missing, sack: [[sackFrom, reached]] });
      waiting = 0;
    } else if (waiting === 2 || reached === burst[burst.length - 1].offset + burst[burst.length - 1].length) {
      client.say(ACK, { ackOffset: reached });
      waiting = 0;
    }
    yield 8;
  }
}
