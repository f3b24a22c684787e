import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { EndpointFacts } from '../../lib/facts/connection.ts';
import { analysed } from '../fixtures.ts';
import { RECORDINGS, truths } from './truth.ts';

/** Where the two count otherwise, and who is right. */
const EXPLAINED: readonly (readonly [RegExp, string])[] = [
  [/^any_on_/, 'tcptrace does not know this link type'],
  [
    /^(duplicates_(data|late|v6)|mirrored_twice|bad_radio|content_damaged_v6)/,
    'a copy of one transmission is no payload sent',
  ],
  [/^(blind_data|blind_syn|old_duplicate)\b/, 'what is forged, or of an earlier connection, is no payload of this one'],
  [/^rebooted_client\b/, 'the SYN of the rebooted host begins the next connection, in which it is accepted'],
  [/^time_wait_assassinated\b/, 'tcptrace begins another connection with each repeated SYN'],
  [/^refusal_lost\.middle/, 'a SYN after a RST is an attempt of its own, whatever its number'],
];

/** What is counted alike: label in the long listing, and the fact. */
const ALIKE: readonly (readonly [string, (sender: EndpointFacts) => number])[] = [
  ['total packets', ({ packets }) => packets],
  ['actual data pkts', ({ dataSegments }) => dataSegments],
  ['actual data bytes', ({ bytes }) => bytes],
  ['unique bytes sent', ({ uniqueBytes }) => uniqueBytes],
];

type Counts = readonly string[];

const installed = spawnSync('tcptrace', ['--version']).error === undefined;

describe.skipIf(!installed)('every connection of the lab beside tcptrace, where it is installed (optional)', () => {
  for (const { file } of truths().flatMap(({ captures }) => captures)) {
    const explained = EXPLAINED.some(([pattern]) => pattern.test(file));
    it.skipIf(explained)(file, () => {
      expect(ours(file)).toEqual(theirs(file));
    });
  }
});

/** Counts by sender and receiver, as `address:port address:port`, in order of first packets. */
function ours(file: string): Map<string, Counts[]> {
  const { connections } = analysed(readFileSync(new URL(file, RECORDINGS)));
  const out = new Map<string, Counts[]>();
  for (const { client, server } of connections.toSorted((a, b) => a.firstFrame - b.firstFrame)) {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      add(
        out,
        `${from.address}:${from.port} ${to.address}:${to.port}`,
        ALIKE.map(([, count]) => String(count(from))),
      );
    }
  }
  return sorted(out);
}

function theirs(file: string): Map<string, Counts[]> {
  const path = fileURLToPath(new URL(file, RECORDINGS));
  const { stdout } = spawnSync('tcptrace', ['-l', '-n', path], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const out = new Map<string, Counts[]>();
  for (const listing of stdout.split(/^TCP connection \d+:/m).slice(1)) {
    const [a, b] = [...listing.matchAll(/host \w+:\s+(\S+)/g)].map(([, host]) => canonical(host!));
    const rows = ALIKE.map(([label]) => {
      const found = new RegExp(`^\\s+${label}:\\s+(\\d+).*?${label}:\\s+(\\d+)`, 'm').exec(listing);
      return [found?.[1] ?? '', found?.[2] ?? ''] as const;
    });
    add(
      out,
      `${a} ${b}`,
      rows.map(([fromA]) => fromA),
    );
    add(
      out,
      `${b} ${a}`,
      rows.map(([, fromB]) => fromB),
    );
  }
  return sorted(out);
}

function add(out: Map<string, Counts[]>, key: string, counts: Counts): void {
  const list = out.get(key);
  if (list === undefined) out.set(key, [counts]);
  else list.push(counts);
}

function sorted(map: Map<string, Counts[]>): Map<string, Counts[]> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** It writes `fd91:004f::0001:80`. */
function canonical(host: string): string {
  const at = host.lastIndexOf(':');
  const groups = host.slice(0, at).split(':');
  return `${groups.map((group) => (group === '' ? '' : group.replace(/^0+(?=.)/, ''))).join(':')}${host.slice(at)}`;
}
