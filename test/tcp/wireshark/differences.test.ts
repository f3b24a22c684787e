import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../lib/facts/verdict.ts';
import { explainDifference } from '../../../lib/tcp/wireshark/differences.ts';
import type { LabelName } from '../../../lib/tcp/wireshark/label.ts';

const verdict = (kind: Verdict['kind'], more: Partial<Verdict> = {}): Verdict => ({
  kind,
  confidence: 'high',
  ...more,
});

describe('why labels and verdict differ', () => {
  it.each<readonly [readonly LabelName[], Verdict | null]>([
    [[], null],
    [['window_full', 'lost_segment', 'duplicate_ack', 'zero_window', 'window_update', 'keep_alive_ack'], null],
    [['out_of_order'], verdict('reordering')],
    [['keep_alive', 'zero_window'], verdict('keep_alive')],
    [['zero_window_probe'], verdict('zero_window_probe')],
    [['retransmission'], verdict('retransmission', { how: 'rto' })],
    [['retransmission', 'fast_retransmission'], verdict('retransmission', { how: 'fast' })],
    [['retransmission', 'fast_retransmission'], verdict('retransmission', { how: 'unknown' })],
    [['retransmission', 'spurious_retransmission'], verdict('retransmission', { how: 'rto', spurious: true })],
  ])('says nothing where %j and the verdict agree', (labels, judged) => {
    expect(explainDifference(labels, judged, ['ACK'])).toBeNull();
  });

  it.each<readonly [readonly LabelName[], Verdict | null, RegExp]>([
    [['out_of_order'], verdict('retransmission', { how: 'fast' }), /3 ms/],
    [['retransmission'], verdict('reordering'), /round trip of the handshake/],
    [['retransmission', 'fast_retransmission'], verdict('reordering'), /overtaken/],
    [['retransmission', 'fast_retransmission'], verdict('retransmission', { how: 'rto' }), /20 ms.*timer/],
    [['retransmission'], verdict('retransmission', { how: 'fast' }), /20 ms/],
    [['retransmission', 'spurious_retransmission'], verdict('retransmission', { how: 'rto' }), /earlier repeat/],
    [['retransmission'], verdict('retransmission', { how: 'rto', spurious: true }), /D-SACK/],
    [['keep_alive'], verdict('zero_window_probe'), /Linux/],
    [['retransmission'], verdict('duplicate', { how: 'capture' }), /seen twice/],
    [['duplicate_ack'], verdict('duplicate', { how: 'capture' }), /repeated nothing/],
    [[], verdict('duplicate', { how: 'network' }), /no label/],
    [['retransmission', 'spurious_retransmission'], null, /nothing shows/],
    [['keep_alive'], null, /at most one byte/],
  ])('gives the reason where %j and the verdict differ', (labels, judged, reason) => {
    expect(explainDifference(labels, judged, ['ACK'])).toMatch(reason);
  });

  it('knows the SYN-ACK of a simultaneous open', () => {
    expect(explainDifference(['retransmission'], null, ['SYN', 'ACK'])).toMatch(/answers the other SYN/);
  });

  it('has a reason for every pair that differs', () => {
    const same = { retransmission: 'retransmission', reordering: 'out_of_order', duplicate: null };
    const kinds = ['retransmission', 'reordering', 'duplicate', 'keep_alive', 'zero_window_probe'] as const;
    const claims = ['retransmission', 'out_of_order', 'keep_alive', 'zero_window_probe'] as const;
    for (const kind of kinds) {
      for (const claim of [null, ...claims]) {
        const agree = claim !== null && claim === (kind in same ? same[kind as keyof typeof same] : kind);
        expect(
          explainDifference(claim === null ? [] : [claim], verdict(kind), ['ACK']) === null,
          `${kind} ${claim}`,
        ).toBe(agree);
      }
    }
    for (const claim of claims) expect(explainDifference([claim], null, ['ACK'])).not.toBeNull();
  });
});
