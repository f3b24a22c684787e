/**
 * What a segment really was: tcplint's own judgement, from all the evidence there is. Not to be confused with labels,
 * which say what Wireshark would print. Numbers inside, names outside; 0 is "nothing odd".
 */
export const NOTHING_ODD = 0;

export const RETRANSMISSION = 1;
export const REORDERING = 2;
/** One transmission seen twice: by the capture, or delivered twice by the network. */
export const DUPLICATE = 3;
export const KEEP_ALIVE = 4;
export const ZERO_WINDOW_PROBE = 5;
export const VERDICT_NAMES = [
  null,
  'retransmission',
  'reordering',
  'duplicate',
  'keep_alive',
  'zero_window_probe',
] as const;
export type VerdictKind = Exclude<(typeof VERDICT_NAMES)[number], null>;

/** How a retransmission came about, or where a duplicate was made. */
export const HOW_NONE = 0;
export const HOW_RTO = 1;
export const HOW_FAST = 2;
export const HOW_TAIL_LOSS = 3;
export const HOW_SYN = 4;
export const HOW_SYNACK = 5;
export const HOW_FIN = 6;
export const HOW_UNKNOWN = 7;
export const HOW_CAPTURE = 8;
export const HOW_NETWORK = 9;
export const HOW_NAMES = [
  null,
  'rto',
  'fast',
  'tail_loss_probe',
  'syn',
  'synack',
  'fin',
  'unknown',
  'capture',
  'network',
] as const;
export type VerdictHow = Exclude<(typeof HOW_NAMES)[number], null>;

export const LOW = 1;
export const MEDIUM = 2;
export const HIGH = 3;
export const CONFIDENCE_NAMES = [null, 'low', 'medium', 'high'] as const;
export type Confidence = Exclude<(typeof CONFIDENCE_NAMES)[number], null>;

/** A verdict as rows and findings carry it (docs/schema/packets.json). */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly how?: VerdictHow;
  /** The original had arrived: the retransmission was not needed. */
  readonly spurious?: boolean;
  readonly confidence: Confidence;
  /** The frame that it repeats. */
  readonly of?: number;
}
