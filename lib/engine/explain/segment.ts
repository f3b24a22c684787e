import { addressText } from '../../facts/address.ts';
import type { Entry } from '../../facts/explanation.ts';
import { socket } from '../../facts/wording.ts';
import {
  ACK,
  BAD_DATA_OFFSET,
  BAD_OPTION,
  CUT_SHORT,
  FLAG_NAMES,
  FRAGMENTS_OVERLAPPED,
  FROM_FRAGMENTS,
  HEADER_CUT,
  LENGTH_FROM_FRAME,
  type Segment,
} from '../../packet/segment.ts';

const TROUBLES: readonly (readonly [number, string])[] = [
  [BAD_DATA_OFFSET, 'impossible data offset'],
  [BAD_OPTION, 'impossible option length'],
  [CUT_SHORT, 'cut short by the capture'],
  [HEADER_CUT, 'the TCP header is not whole in the capture'],
  [LENGTH_FROM_FRAME, 'IP length 0 (segmentation offload): the length is the frame’s'],
  [FROM_FRAGMENTS, 'put together from IP fragments'],
  [FRAGMENTS_OVERLAPPED, 'its fragments overlapped'],
];

/** What decoding made of the headers. */
export function segmentEntries(s: Segment): Entry[] {
  const { ipVersion } = s;
  const from = addressText(ipVersion, s.srcA, s.srcB, s.srcC, s.srcD);
  const to = addressText(ipVersion, s.dstA, s.dstB, s.dstC, s.dstD);
  const troubles = TROUBLES.filter(([bit]) => (s.troubles & bit) !== 0).map(([, text]) => text);
  return [
    { name: 'from', text: socket(from, s.srcPort) },
    { name: 'to', text: socket(to, s.dstPort) },
    { name: 'IP', text: `v${ipVersion}, ttl ${s.ttl}${s.ipId < 0 ? '' : `, id ${s.ipId}`}${ecn(s.ecn)}` },
    { name: 'flags', text: FLAG_NAMES.filter((_, bit) => (s.flags & (1 << bit)) !== 0).join(' ') || 'none' },
    { name: 'seq', text: `${s.seq >>> 0}` },
    { name: 'ack', text: (s.flags & ACK) === 0 ? '-' : `${s.ack >>> 0}` },
    { name: 'payload', text: `${s.length} bytes` },
    { name: 'window', text: `${s.window}, unscaled` },
    { name: 'options', text: options(s).join(', ') || 'none' },
    ...troubles.map((text) => ({ name: 'trouble', text })),
  ];
}

function ecn(bits: number): string {
  return bits === 0 ? '' : bits === 3 ? ', congestion experienced' : ', ECN capable';
}

function options(s: Segment): string[] {
  const out: string[] = [];
  if (s.mss > 0) out.push(`MSS ${s.mss}`);
  if (s.windowScale >= 0) out.push(`window scale ${s.windowScale}`);
  if (s.sackPermitted) out.push('SACK permitted');
  if (s.hasTimestamps) out.push(`timestamp ${s.tsVal >>> 0} echoing ${s.tsEcr >>> 0}`);
  for (let i = 0; i < s.sackCount; i++) out.push(`SACK ${s.sack[2 * i]! >>> 0}..${s.sack[2 * i + 1]! >>> 0}`);
  if (s.tfoCookie >= 0) out.push(s.tfoCookie === 0 ? 'Fast Open request' : `Fast Open cookie of ${s.tfoCookie} bytes`);
  if (s.mptcp) out.push('MPTCP');
  return out;
}
