import { CLOSED } from '../facts/state.ts';
import { Flow } from './flow.ts';

/** One end of a connection: its state, and the flow of what it sends. */
export class Endpoint {
  state: number = CLOSED;
  readonly flow: Flow = new Flow();
  // Options of its SYN (RFC 9293 3.2, RFC 7323, RFC 2018).
  synSeen = 0;
  mss = 0;
  windowScale = -1;
  sackPermitted = 0;
  timestamps = 0;
}

/** A live connection: two endpoints and what they share. Lean: a healthy one must stay near one kilobyte. */
export class Connection {
  readonly number: number;
  readonly client: Endpoint = new Endpoint();
  readonly server: Endpoint = new Endpoint();
  /** Notes (facts/notes.ts) taken so far. */
  notes = 0;

  constructor(number: number) {
    this.number = number;
  }
}

/** The verdict on the segment in hand: a reused cursor that `judge` fills. Zeroes for a segment with nothing odd. */
export class Judgement {
  /** RETRANSMISSION .. ZERO_WINDOW_PROBE of facts/verdict.ts. */
  kind = 0;
  how = 0;
  spurious = false;
  confidence = 0;
  /** Frame of the segment that it repeats, 0 for none. */
  of = 0;
}
