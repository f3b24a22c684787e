import type { Verdict } from '../../facts/verdict.ts';

const HOW: { readonly [how in NonNullable<Verdict['how']>]: string } = {
  rto: 'by timeout',
  fast: 'fast',
  tail_loss_probe: 'tail-loss probe',
  syn: 'of SYN',
  synack: 'of SYN-ACK',
  fin: 'of FIN',
  unknown: '',
  capture: 'made by the capture',
  network: 'made by the network',
};

const KIND: { readonly [kind in Verdict['kind']]: string } = {
  retransmission: 'retransmission',
  reordering: 'reordering',
  duplicate: 'duplicate',
  keep_alive: 'keep-alive',
  zero_window_probe: 'zero-window probe',
};

/** For narrow places: `retransmission rto`, `spurious TLP`, `duplicate capture`: 22 characters at most. */
export function shortVerdictText(verdict: Verdict | null): string {
  if (verdict === null) {
    return '';
  }
  const { how = 'unknown' } = verdict;
  const word = how === 'tail_loss_probe' ? 'TLP' : how;
  return (verdict.spurious === true ? 'spurious' : KIND[verdict.kind]) + (how === 'unknown' ? '' : ` ${word}`);
}

/** `retransmission (fast, spurious) of 812`, `zero-window probe`; empty when nothing is odd. */
export function verdictText(verdict: Verdict | null): string {
  if (verdict === null) {
    return '';
  }
  const kind = KIND[verdict.kind];
  const marks = [verdict.how === undefined ? '' : HOW[verdict.how], verdict.spurious === true ? 'spurious' : ''];
  const detail = marks.filter((mark) => mark !== '').join(', ');
  return kind + (detail === '' ? '' : ` (${detail})`) + (verdict.of === undefined ? '' : ` of ${verdict.of}`);
}
