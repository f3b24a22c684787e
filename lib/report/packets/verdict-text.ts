import type { Verdict } from '../../facts/verdict.ts';

const HOW: { readonly [how in NonNullable<Verdict['how']>]: string } = {
  rto: 'by timeout',
  fast: 'fast',
  tail_loss: 'tail-loss probe',
  syn: 'of SYN',
  synack: 'of SYN-ACK',
  fin: 'of FIN',
  unknown: '',
  capture: 'made by the capture',
  network: 'made by the network',
};

/** `retransmission (fast, spurious) of 812`, `zero-window probe`; empty when nothing is odd. */
export function verdictText(verdict: Verdict | null): string {
  if (verdict === null) {
    return '';
  }
  const kind = verdict.kind.replace('_', '-').replace('_', ' ').replace('zero-window', 'zero-window');
  const marks = [verdict.how === undefined ? '' : HOW[verdict.how], verdict.spurious === true ? 'spurious' : ''];
  const detail = marks.filter((mark) => mark !== '').join(', ');
  return kind + (detail === '' ? '' : ` (${detail})`) + (verdict.of === undefined ? '' : ` of ${verdict.of}`);
}
