import type { Overlaps } from '../../facts/stream.ts';
import type { Budget } from './budget.ts';

/**
 * How the first byte of a stream is known: by the SYN; by what the peer had acknowledged before any payload came; or not
 * yet: the stream begins with the lowest of the first bytes to come.
 */
export type Beginning = 'syn' | 'acknowledged' | 'lowest';

export interface StreamSettings {
  /** Which copy counts. `last` hands out only what was acknowledged. */
  readonly overlaps: Overlaps;
  readonly budget: Budget;
  /** Most bytes that this stream may hold. */
  readonly limit: number;
  /** The listener wants no bytes: they need not be fit to be kept by it. */
  readonly onlyCompares: boolean;
}
