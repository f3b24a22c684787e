/**
 * A lasting transfer from server to client over a path of 5 ms each way: 400 segments in flight, losses repaired from
 * SACK blocks or after a timeout. The tap stands at the sender, or at the receiver, where segments also arrive late.
 */
import { flowsOf, ipv4 } from './flow.mjs';
import { Ranges } from './ranges.mjs';
import { ACK, FIN, SYN } from './writer.mjs';

const MSS = 1448;
const WINDOW = 400 * MSS;
const PATH = 5_000;
const PACE = 12;
const LOSS = 0.002;
const LATE = 0.002;
const DELAYED_ACK = 40_000;
const RETRANSMISSION_TIMEOUT = 300_000;

export class Transfer {
  constructor(stage, number, segments) {
    this.stage = stage;
    this.atReceiver = number % 2 === 1;
    const client = { address: ipv4(1, 0, 1 + number), port: 40_000 + number };
    const server = { address: ipv4(200, 0, 1 + number), port: 443 };
    Object.assign(this, flowsOf(client, server));
    this.clientIsn = stage.random.sequenceNumber();
    this.serverIsn = stage.random.sequenceNumber();
    this.total = segments * MSS;
    // Sender.
    this.next = 0;
    this.acked = 0;
    this.sacked = new Ranges();
    this.resentTo = 0;
    this.busyUntil = 0;
    this.lastProgress = 0;
    this.finished = false;
    // Receiver.
    this.received = 0;
    this.above = new Ranges();
    this.unacknowledged = 0;
  }

  begin() {
    this.fromClient({ seq: this.clientIsn, flags: SYN, window: 64_240 });
    this.after(PATH, () => {
      this.fromServer({ seq: this.serverIsn, ack: this.clientIsn + 1, flags: SYN | ACK, window: 65_160 });
    });
    this.after(2 * PATH, () => this.fromClient({ ...this.pureAck(0) }));
    this.after(3 * PATH, () => {
      this.lastProgress = this.stage.agenda.now;
      this.pump();
      this.watch();
    });
  }

  after(delay, action) {
    this.stage.agenda.after(delay, action);
  }

  /** What the client sends now passes the tap now, or half a round trip later. */
  fromClient(segment) {
    this.after(this.atReceiver ? 0 : PATH, () => this.record(this.up, segment));
  }

  fromServer(segment) {
    this.after(this.atReceiver ? PATH : 0, () => this.record(this.down, segment));
  }

  record(flow, segment) {
    const { agenda, writer } = this.stage;
    writer.segment(agenda.now, flow, { echo: Math.max(0, Math.floor(agenda.now / 1000) - 10), ...segment });
  }

  pureAck(upTo, sack = []) {
    const base = this.serverIsn + 1;
    return {
      seq: this.clientIsn + 1,
      ack: base + upTo,
      flags: ACK,
      window: 65_535,
      sack: sack.map(([left, right]) => [base + left, base + right]),
    };
  }

  // Sender

  pump() {
    this.busyUntil = Math.max(this.busyUntil, this.stage.agenda.now);
    while (this.next < this.total && this.next - this.acked < WINDOW) {
      const offset = this.next;
      this.next += MSS;
      this.after(this.busyUntil - this.stage.agenda.now, () => this.transmit(offset));
      this.busyUntil += PACE;
    }
  }

  transmit(offset) {
    const { random } = this.stage;
    const lost = random.chance(LOSS);
    const late = this.atReceiver && random.chance(LATE) ? random.between(300, 900) : 0;
    const segment = { seq: this.serverIsn + 1 + offset, ack: this.clientIsn + 1, flags: ACK, window: 509, length: MSS };
    if (!this.atReceiver || !lost) this.after(late, () => this.fromServer(segment));
    if (!lost) this.after(PATH + late, () => this.arrive(offset));
  }

  onAck(upTo, sack) {
    if (upTo > this.acked) {
      this.acked = upTo;
      this.lastProgress = this.stage.agenda.now;
      this.sacked.advance(upTo);
    }
    for (const [left, right] of sack) this.sacked.add(left, right);
    this.repair();
    this.pump();
    if (this.acked >= this.total) this.finish();
  }

  /** Sends again, once, what lies three segments or more below the highest SACK (RFC 6675 4). */
  repair() {
    const limit = this.sacked.highest - 3 * MSS;
    for (let offset = Math.max(this.acked, this.resentTo); offset < limit; offset += MSS) {
      if (!this.sacked.covers(offset)) this.transmit(offset);
      this.resentTo = offset + MSS;
    }
  }

  watch() {
    if (this.finished) return;
    const { now } = this.stage.agenda;
    if (now - this.lastProgress >= RETRANSMISSION_TIMEOUT && this.acked < this.next) {
      this.transmit(this.acked);
      this.resentTo = this.acked + MSS;
      this.lastProgress = now;
    }
    this.after(RETRANSMISSION_TIMEOUT / 4, () => this.watch());
  }

  finish() {
    if (this.finished) return;
    this.finished = true;
    const end = this.serverIsn + 1 + this.total;
    const clientNext = this.clientIsn + 1;
    this.after(100, () => this.fromServer({ seq: end, ack: clientNext, flags: FIN | ACK, window: 509 }));
    this.after(100 + PATH, () => this.fromClient({ seq: clientNext, ack: end + 1, flags: FIN | ACK, window: 65_535 }));
    this.after(100 + 2 * PATH, () => this.fromServer({ seq: end + 1, ack: clientNext + 1, flags: ACK, window: 509 }));
  }

  // Receiver

  arrive(offset) {
    if (offset !== this.received) {
      if (offset > this.received) this.above.add(offset, offset + MSS);
      this.acknowledge();
      return;
    }
    const filled = !this.above.isEmpty;
    this.received = this.above.advance(offset + MSS);
    this.unacknowledged++;
    if (filled || this.unacknowledged >= 2 || this.received >= this.total) {
      this.acknowledge();
      return;
    }
    const reached = this.received;
    this.after(DELAYED_ACK, () => {
      if (this.unacknowledged > 0 && this.received === reached) this.acknowledge();
    });
  }

  acknowledge() {
    const upTo = this.received;
    const sack = this.above.list
      .slice(-3)
      .reverse()
      .map(([left, right]) => [left, right]);
    this.unacknowledged = 0;
    this.fromClient(this.pureAck(upTo, sack));
    this.after(PATH, () => this.onAck(upTo, sack));
  }
}
