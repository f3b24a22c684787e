import type { Endpoint } from '../connection.ts';

/** Hears what the state machine makes of a segment, step by step: for whoever explains one. */
export interface StateTrace {
  /** `event` was looked up for an endpoint in the state `from`: it leads `to` (transitions.ts), perhaps to the same. */
  looked(e: Endpoint, event: number, from: number, to: number): void;
  /** A change was entered in the timeline, on top of the others. */
  entered(e: Endpoint, event: number, from: number, to: number, observed: boolean): void;
  /** The newest change was taken back: the endpoint is again in the state `to`. */
  takenBack(e: Endpoint, event: number, from: number, to: number): void;
  /** An earlier change by `event` began at another time than thought. */
  moved(e: Endpoint, event: number): void;
  /** The segment proves an earlier change that had been inferred. */
  confirmed(e: Endpoint, event: number, state: number): void;
}
