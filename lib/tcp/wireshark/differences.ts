import type { Verdict, VerdictKind } from '../../facts/verdict.ts';

/** What Wireshark's labels say a segment is, as far as a verdict can agree or disagree. */
type Claim = 'retransmission' | 'out_of_order' | 'keep_alive' | 'zero_window_probe' | 'nothing';

/** The first of these labels that a segment carries is what it is claimed to be. */
const CLAIMS = ['zero_window_probe', 'keep_alive', 'retransmission', 'out_of_order'] as const;

const PATIENCE = 'the round trip of the handshake (3 ms where that was not seen)';
const COPY = 'Wireshark takes every record for a transmission of its own; this is one transmission, seen twice';

/** Why verdict and claim differ: a sentence for each pair that does. A pair that is not here agrees. */
const REASONS: { readonly [kind in VerdictKind | 'none']: { readonly [claim in Claim]?: string } } = {
  retransmission: {
    out_of_order:
      `Wireshark calls a segment below the highest number out of order when it comes within ${PATIENCE} of the ` +
      'highest one, whether or not it repeats what was sent before; this one does.',
    keep_alive:
      'Wireshark calls any segment of at most one byte that begins one below the highest number a keep-alive; ' +
      'this one repeats a byte that had not been acknowledged.',
    zero_window_probe:
      'Wireshark calls any single byte at the next number a probe while the last window it saw from the peer is zero; ' +
      'this one had been sent before.',
    nothing:
      'Wireshark knows a repeat only by the numbers it has seen. This one goes beyond them, as its original is not in the ' +
      'capture, or begins one below them with more than one byte, which Wireshark takes for new data.',
  },
  reordering: {
    retransmission:
      `Wireshark calls a late segment out of order only within ${PATIENCE} of the highest one, unless duplicate or ` +
      'covering acknowledgments came first; this one is later, but was sent in its turn.',
    keep_alive:
      'Wireshark calls any segment of at most one byte that begins one below the highest number a keep-alive; ' +
      'this one was only overtaken.',
    zero_window_probe:
      'Wireshark calls any single byte at the next number a probe while the last window it saw from the peer is zero; ' +
      'this one is data that was overtaken.',
    nothing:
      'Wireshark goes by the highest sequence number alone; this segment was overtaken by one that did not raise it.',
  },
  duplicate: {
    retransmission: `${COPY}.`,
    out_of_order: `${COPY}.`,
    keep_alive: `${COPY}.`,
    zero_window_probe: `${COPY}.`,
    nothing: 'Wireshark has no label for one transmission seen twice.',
  },
  keep_alive: {
    retransmission:
      'Wireshark knows a keep-alive only one below the highest number it has seen, and without SYN, FIN or RST.',
    out_of_order:
      'Wireshark knows a keep-alive only one below the highest number it has seen, and without SYN, FIN or RST.',
    zero_window_probe:
      'Wireshark calls any single byte at the next number a probe while the last window it saw from the peer is zero.',
    nothing: 'Wireshark knows a keep-alive only one below the highest number it has seen; it has seen another.',
  },
  zero_window_probe: {
    keep_alive:
      'Some stacks, Linux among them, probe a closed window with an old sequence number, which looks like a keep-alive; ' +
      "Wireshark does not ask for the peer's window there, and it was zero.",
    retransmission:
      'Wireshark knows a probe only as a single byte at the next number; this one repeats bytes against a window of zero.',
    out_of_order:
      'Wireshark knows a probe only as a single byte at the next number; this one repeats bytes against a window of zero.',
    nothing:
      'Wireshark knows a probe only as a single byte at the next number, while the last window it saw from the peer is zero.',
  },
  none: {
    retransmission:
      'Wireshark holds a segment against the highest number and the latest acknowledgment that it remembers, even of ' +
      'bytes it never saw or of an earlier connection; nothing shows that these bytes were sent before.',
    out_of_order:
      'Wireshark goes by the highest number that it remembers, even of an earlier connection or of a forged segment; ' +
      'nothing shows that this segment was overtaken.',
    keep_alive:
      'Wireshark calls any segment of at most one byte that begins one below the highest number a keep-alive, without ' +
      'asking whether the connection was idle or the number is an old one; nothing shows that this one is.',
    zero_window_probe:
      'Wireshark calls any single byte at the next number a probe while the last window it saw from the peer is zero, ' +
      'even if that window was overtaken; nothing shows that this byte was a probe.',
  },
};

const TIMELY =
  'Wireshark calls a retransmission fast when it begins at the acknowledgment of two duplicates and comes within 20 ms of it';

/**
 * Why Wireshark's labels and the verdict on a segment differ, in a sentence; null when they agree. Labels that no
 * verdict speaks of (windows, holes, answers) neither agree nor disagree. Labels and flags are named as in the rows.
 */
export function explainDifference(
  labels: readonly string[],
  verdict: Verdict | null,
  flags: readonly string[] = [],
): string | null {
  if (verdict?.kind === 'duplicate' && labels.includes('duplicate_ack')) {
    return `${COPY}: the receiver has repeated nothing.`;
  }
  if (verdict?.kind === 'reordering' && labels.includes('fast_retransmission')) {
    return `${TIMELY}; segments that arrive out of order raise the same duplicates, and this one was only overtaken.`;
  }
  if (verdict === null && labels.includes('retransmission') && flags.includes('SYN') && flags.includes('ACK')) {
    return 'Wireshark takes it for a repeat of the SYN that this side sent, whose number it bears; it answers the other SYN.';
  }
  const claim = CLAIMS.find((label) => labels.includes(label)) ?? 'nothing';
  if (verdict?.kind !== 'retransmission' || claim !== 'retransmission') {
    return REASONS[verdict?.kind ?? 'none'][claim] ?? null;
  }
  return explainKind(labels, verdict);
}

/** Both call it a retransmission: of what kind? */
function explainKind(labels: readonly string[], { how, spurious }: Verdict): string | null {
  const fast = labels.includes('fast_retransmission');
  if (labels.includes('spurious_retransmission')) {
    return spurious === true
      ? null
      : 'Wireshark calls it spurious because an acknowledgment that passed the tap before covers it; whether it was the ' +
          'original that had arrived, or an earlier repeat, is not shown.';
  }
  if (fast && how !== 'fast' && how !== 'unknown') {
    return `${TIMELY}; the evidence says that something else set it off (${HOW[how ?? 'unknown']}).`;
  }
  if (!fast && how === 'fast') {
    return `${TIMELY}; duplicate acknowledgments or SACK blocks asked for this one, but farther from this tap than that.`;
  }
  if (spurious === true) {
    return (
      'Wireshark calls a retransmission spurious only when an acknowledgment seen before covers its payload; that the ' +
      'original had arrived shows in what the peer sent besides (an answer, a D-SACK, an echoed timestamp), or as the tap ' +
      'stands beside the receiver.'
    );
  }
  return null;
}

const HOW: { readonly [how in NonNullable<Verdict['how']>]: string } = {
  rto: 'the retransmission timer',
  fast: 'duplicate acknowledgments',
  tail_loss_probe: 'a tail-loss probe',
  syn: 'the timer of the SYN',
  synack: 'the timer of the SYN-ACK',
  fin: 'the timer of the FIN',
  unknown: 'unknown',
  capture: 'the capture',
  network: 'the network',
};
