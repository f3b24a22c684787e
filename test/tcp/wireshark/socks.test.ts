import { describe, expect, it } from 'vitest';
import { ACK, Segment, SYN } from '../../../lib/packet/segment.ts';
import { StreamNumbers } from '../../../lib/tcp/wireshark/streams.ts';

const GREETING = '>050100';
const METHOD = '<0500';
const CONNECT = '>050100010a0000090050';
const BIND = '>050200010a0000090050';
const GRANTED = '<05000001000000000000';
const REQUEST_4 = '>040100500a0000097500';

/** What the capture holds of a payload: its first bytes. */
const cut = (payload: string, bytes: number) => `${payload}|${bytes}`;

/** Each dialogue with the stream numbers that tshark 4.0.17 had used up after each payload, besides the dialogue's own. */
const DIALOGUES: readonly (readonly [title: string, payloads: readonly string[], used: readonly number[]])[] = [
  ['SOCKS 5', [GREETING, METHOD, CONNECT, GRANTED, '>6869', '<6869', '>6869'], [0, 0, 0, 0, 1, 1, 1]],
  ['SOCKS 5, server first', [GREETING, METHOD, CONNECT, GRANTED, '<6869'], [0, 0, 0, 0, 1]],
  ['SOCKS 5 refused all the same', [GREETING, METHOD, CONNECT, '<05050001', '>6869'], [0, 0, 0, 0, 1]],
  [
    'SOCKS 5 with a password',
    ['>05020002', '<0502', '>010175017000', '<0100', CONNECT, GRANTED, '>6869'],
    [0, 0, 0, 0, 0, 0, 1],
  ],
  ['no acceptable method', [GREETING, '<05ff', '>6869', '<6869'], [0, 0, 0, 0]],
  ['bind', [GREETING, METHOD, BIND, GRANTED, GRANTED, '>6869'], [0, 0, 0, 0, 0, 0]],
  ['SOCKS 4', [REQUEST_4, '<005a', '>6869', '<6869'], [0, 0, 1, 1]],
  ['SOCKS 4 refused', [REQUEST_4, '<005b', '>6869'], [0, 0, 0]],
  [
    'a greeting and answers that are cut',
    [cut(GREETING, 1), METHOD, CONNECT, cut(GRANTED, 2), '>6869'],
    [0, 0, 0, 0, 1],
  ],
  ['a request that is cut', [GREETING, METHOD, cut(CONNECT, 9), GRANTED, '>6869', '>6869'], [0, 0, 0, 0, 0, 0]],
  ['and comes again whole', [GREETING, METHOD, cut(CONNECT, 9), CONNECT, GRANTED, '>6869'], [0, 0, 0, 0, 0, 1]],
  ['SOCKS 4, its request cut before the address', [cut(REQUEST_4, 4), '<005a', '>6869'], [0, 0, 1]],
  ['and in the port', [cut(REQUEST_4, 3), '<005a', '>6869'], [0, 0, 0]],
  ['something else', ['>47455420', REQUEST_4, '<005a', '>6869'], [0, 0, 0, 0]],
];

function play(payloads: readonly string[], proxyPort: number): number[] {
  const numbers = new StreamNumbers();
  const segment = new Segment();
  const next = { '>': 1000, '<': 5000 };
  return payloads.map((payload, index) => {
    const side = payload[0] as '>' | '<';
    const [sent = '', captured] = payload.slice(1).split('|');
    segment.bytes = Uint8Array.from(sent.match(/../g)!, (byte) => Number.parseInt(byte, 16));
    segment.length = segment.bytes.length;
    segment.payloadCaptured = captured === undefined ? segment.length : Number(captured);
    segment.flags = ACK;
    segment.seq = next[side];
    segment.srcPort = side === '>' ? 40000 : proxyPort;
    segment.dstPort = side === '>' ? proxyPort : 40000;
    next[side] += segment.length;
    expect(numbers.of(0, segment, side === '>')).toBe(0);
    segment.length = segment.payloadCaptured = 0;
    segment.flags = SYN;
    segment.srcPort = segment.dstPort = 9;
    return numbers.of(index + 1, segment, true) - index - 1;
  });
}

describe('stream numbers used up by what a SOCKS proxy relays', () => {
  it.each(DIALOGUES)('%s', (_, payloads, used) => {
    expect(play(payloads, 1080)).toEqual(used);
  });

  it('looks on the port of SOCKS only', () => {
    expect(play([GREETING, METHOD, CONNECT, GRANTED, '>6869'], 1081)).toEqual([0, 0, 0, 0, 0]);
  });
});
