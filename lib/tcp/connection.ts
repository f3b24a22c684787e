import { CLOSED } from '../facts/state.ts';
import { Flow } from './flow.ts';

/** One end of a connection: its state, and the flow of what it sends. */
export class Endpoint {
  state: number = CLOSED;
  readonly flow: Flow = new Flow();
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
