import { Int32Columns } from '../../bytes/columns.ts';
import type { Endpoint } from '../connection.ts';
import type { StateTrace } from './trace.ts';

/**
 * The state changes of all endpoints, in one pool: per endpoint a stack, newest on top, because later evidence takes
 * back what was inferred last. A record is [below, packed, seconds, nanos, frame, confirmedBy].
 */
const BELOW = 0;
const PACKED = 1;
const SECONDS = 2;
const NANOS = 3;
const FRAME = 4;
const CONFIRMED_BY = 5;

// `packed`: state before in bits 0..3, state 4..7, event 8..12, and these.
const OBSERVED = 1 << 13;
const QUESTIONED = 1 << 14;

function eventOf(packed: number): number {
  return (packed >> 8) & 31;
}

/** One state change as stored: a view that `read` fills. */
export class Change {
  previous = 0;
  state = 0;
  event = 0;
  observed = false;
  seconds = 0;
  nanos = 0;
  /** Frame with which the state began, 0 for a timer. */
  frame = 0;
  /** Frame of the endpoint's own that proves it, 0 while none does. */
  confirmedBy = 0;
}

export class Timeline {
  /** Hears of every change, while somebody wants to know. */
  trace: StateTrace | null = null;
  private readonly records = new Int32Columns(6);

  /** Enters a change on top of the endpoint's stack. `observed` changes are proven by their own frame. */
  push(
    e: Endpoint,
    state: number,
    event: number,
    observed: boolean,
    seconds: number,
    nanos: number,
    frame: number,
  ): void {
    const i = this.records.allocate();
    const chunk = this.records.chunk(i);
    const o = this.records.offset(i);
    chunk[o + BELOW] = e.change;
    chunk[o + PACKED] = e.state | (state << 4) | (event << 8) | (observed ? OBSERVED : 0);
    chunk[o + SECONDS] = seconds;
    chunk[o + NANOS] = nanos;
    chunk[o + FRAME] = frame;
    chunk[o + CONFIRMED_BY] = observed ? frame : 0;
    this.trace?.entered(e, event, e.state, state, observed);
    e.change = i;
    e.state = state;
    if (!observed) e.unconfirmed++;
  }

  /** Takes the newest change back: the endpoint is again in the state before it. */
  pop(e: Endpoint): void {
    const i = e.change;
    if (this.records.get(i, CONFIRMED_BY) === 0) e.unconfirmed--;
    const packed = this.records.get(i, PACKED);
    this.trace?.takenBack(e, eventOf(packed), (packed >> 4) & 15, packed & 15);
    e.state = packed & 15;
    e.change = this.records.get(i, BELOW);
    this.records.release(i);
  }

  /** The newest change by `event` began with another segment than thought: the earlier one had not arrived, or had. */
  move(e: Endpoint, event: number, seconds: number, nanos: number, frame: number): void {
    let i = e.change;
    while (i >= 0 && eventOf(this.records.get(i, PACKED)) !== event) i = this.records.get(i, BELOW);
    if (i < 0) return;
    this.trace?.moved(e, event);
    this.records.set(i, SECONDS, seconds);
    this.records.set(i, NANOS, nanos);
    this.records.set(i, FRAME, frame);
  }

  /** Remembers that the newest change may have to be seen otherwise later: see `isTopQuestioned`. */
  questionTop(e: Endpoint): void {
    this.records.set(e.change, PACKED, this.records.get(e.change, PACKED) | QUESTIONED);
  }

  isTopQuestioned(e: Endpoint): boolean {
    return e.change >= 0 && (this.records.get(e.change, PACKED) & QUESTIONED) !== 0;
  }

  /** The event of the newest change, -1 without one. */
  topEvent(e: Endpoint): number {
    return e.change < 0 ? -1 : eventOf(this.records.get(e.change, PACKED));
  }

  isTopConfirmed(e: Endpoint): boolean {
    return e.change >= 0 && this.records.get(e.change, CONFIRMED_BY) !== 0;
  }

  /** Seconds from the newest change to a moment. */
  sinceTop(e: Endpoint, seconds: number, nanos: number): number {
    if (e.change < 0) return 0;
    return seconds - (this.records.get(e.change, SECONDS) >>> 0) + (nanos - this.records.get(e.change, NANOS)) / 1e9;
  }

  /**
   * `frame`, sent by the endpoint itself, proves every inferred change that `proves(event)` says it does.
   */
  confirm(e: Endpoint, frame: number, proven: number): void {
    for (let i = e.change, left = e.unconfirmed; i >= 0 && left > 0; i = this.records.get(i, BELOW)) {
      if (this.records.get(i, CONFIRMED_BY) !== 0) continue;
      left--;
      const packed = this.records.get(i, PACKED);
      const event = eventOf(packed);
      if ((proven >> event) & 1) {
        this.trace?.confirmed(e, event, (packed >> 4) & 15);
        this.records.set(i, CONFIRMED_BY, frame);
        e.unconfirmed--;
      }
    }
  }

  /** Index of the endpoint's newest change, to walk down with `below`. -1 ends the walk. */
  below(index: number): number {
    return this.records.get(index, BELOW);
  }

  read(index: number, into: Change): Change {
    const chunk = this.records.chunk(index);
    const o = this.records.offset(index);
    const packed = chunk[o + PACKED]!;
    into.previous = packed & 15;
    into.state = (packed >> 4) & 15;
    into.event = eventOf(packed);
    into.observed = (packed & OBSERVED) !== 0;
    into.seconds = chunk[o + SECONDS]! >>> 0;
    into.nanos = chunk[o + NANOS]!;
    into.frame = chunk[o + FRAME]!;
    into.confirmedBy = chunk[o + CONFIRMED_BY]!;
    return into;
  }

  /** Forgets an endpoint whose connection leaves memory. */
  release(e: Endpoint): void {
    for (let i = e.change; i >= 0; ) {
      const below = this.records.get(i, BELOW);
      this.records.release(i);
      i = below;
    }
    e.change = -1;
    e.unconfirmed = 0;
  }
}
