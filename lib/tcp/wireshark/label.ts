/**
 * Wireshark's labels on a segment, as bits. A label is what Wireshark would print (`tcp.analysis.*`, here as the suffix),
 * for users who cross-check; what is true is the verdict (facts/verdict.ts).
 */
export const RETRANSMISSION = 1 << 0;
export const FAST_RETRANSMISSION = 1 << 1;
export const SPURIOUS_RETRANSMISSION = 1 << 2;
export const OUT_OF_ORDER = 1 << 3;
export const LOST_SEGMENT = 1 << 4;
export const ACK_LOST_SEGMENT = 1 << 5;
export const DUPLICATE_ACK = 1 << 6;
export const ZERO_WINDOW = 1 << 7;
export const ZERO_WINDOW_PROBE = 1 << 8;
export const ZERO_WINDOW_PROBE_ACK = 1 << 9;
export const WINDOW_FULL = 1 << 10;
export const WINDOW_UPDATE = 1 << 11;
export const KEEP_ALIVE = 1 << 12;
export const KEEP_ALIVE_ACK = 1 << 13;
export const REUSED_PORTS = 1 << 14;

/** Names by bit, lowest first (docs/schema/packets.json, `analysis`). */
export const LABEL_NAMES = [
  'retransmission',
  'fast_retransmission',
  'spurious_retransmission',
  'out_of_order',
  'lost_segment',
  'ack_lost_segment',
  'duplicate_ack',
  'zero_window',
  'zero_window_probe',
  'zero_window_probe_ack',
  'window_full',
  'window_update',
  'keep_alive',
  'keep_alive_ack',
  'reused_ports',
] as const;

export type LabelName = (typeof LABEL_NAMES)[number];

export function labelNames(mask: number): LabelName[] {
  return LABEL_NAMES.filter((_, bit) => (mask & (1 << bit)) !== 0);
}
