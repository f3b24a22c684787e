import type { Side } from '../../../lib/facts/connection.ts';
import { HOW_NAMES, VERDICT_NAMES } from '../../../lib/facts/verdict.ts';
import { ACK, FIN, PSH, RST, Segment, SYN } from '../../../lib/packet/segment.ts';
import { Connection } from '../../../lib/tcp/connection.ts';
import { flowFacts } from '../../../lib/tcp/flow-facts.ts';
import { type FlowFacts, FlowView } from '../../../lib/tcp/flow-view.ts';
import { Metrics } from '../../../lib/tcp/timing/metrics.ts';
import { judge } from '../../../lib/tcp/verdict/judge.ts';
import { Judgement } from '../../../lib/tcp/verdict/judgement.ts';
import { Memory } from '../../../lib/tcp/verdict/memory.ts';

/** How the two stacks of a conversation behave, and where the tap stands on its path of 10 ms. */
export interface Setting {
  readonly tap?: Side | 'middle';
  readonly sack?: boolean;
  readonly timestamps?: boolean;
  /** Each stack counts its packets (IPv4 as Linux sends it), or there is nothing to count (IPv6). */
  readonly ids?: boolean;
  /** Initial sequence number of the client; the server's is 2^31 further on. Near the wrap unless said otherwise. */
  readonly isn?: number;
  /** False for a capture that begins in mid-connection. */
  readonly handshake?: boolean;
}

/** The halves of the 10 ms, in microseconds: tap to client and back, tap to server and back. */
const HALVES = { client: [50, 9950], middle: [4000, 6000], server: [9950, 50] } as const;

export interface Played {
  readonly connection: Connection;
  readonly memory: Memory;
  /** The final verdict on each line of the table, `''` for none. */
  readonly verdicts: readonly string[];
  /** What the table says of them. */
  readonly expected: readonly string[];
  readonly metrics: Metrics;
  facts(side: Side): FlowFacts;
}

const FLAGS: Record<string, number> = { S: SYN, A: ACK, F: FIN, R: RST, P: PSH };

/**
 * Plays a table of segments, one a line, and gives the verdicts:
 *
 *     0.100 > 0:1000      | what is expected, empty for nothing odd
 *     0.110 < ack 1000 sack 2000:3000
 *
 * Time in seconds; `>` from the client, `<` from the server; bytes `start:end` relative to the first byte of the stream;
 * flags of `S A F R P`, `A` being
 * understood but for a SYN. Then pairs: `ack`, `win` (default 500, unscaled), `ts` and `ecr` in milliseconds (default: the time, and
 * the latest seen from the other side), `id` (default: counts on), `ttl`, `link`, `sack` (any number). A line that begins with
 * `#` is a comment. Frames are counted from 1 after the three of the handshake, which are played first.
 */
export function play(table: string, setting: Setting = {}): Played {
  const { tap = 'middle', sack = true, timestamps = true, ids = true, isn = -3000, handshake = true } = setting;
  const connection = new Connection();
  const memory = new Memory();
  const metrics = new Metrics();
  const verdicts: string[] = [];
  const expected: string[] = [];
  const out = new Judgement();
  const bases = { client: isn | 0, server: (isn + 2 ** 31) | 0 };
  const nextId = { client: 1000, server: 5000 };
  const acked = { client: 0, server: 0 };
  const latestTs = { client: 0, server: 0 };
  let frame = -3;
  const revisions = {
    revise: (revised: number, judgement: Judgement) => {
      verdicts[revised - 1] = describe(judgement);
    },
  };

  function send(line: string): void {
    const words = line.trim().split(/\s+/);
    const from: Side = words[1] === '>' ? 'client' : 'server';
    const to: Side = from === 'client' ? 'server' : 'client';
    const s = new Segment();
    const at = Number(words[0]);
    s.frame = ++frame;
    s.seconds = 1_700_000_000 + Math.floor(at);
    s.nanos = Math.round((at % 1) * 1e9);
    s.flags = ACK;
    s.window = 500;
    s.ttl = 64;
    s.ipId = -1;
    const next = connection[from].flow;
    let start = next.started === 1 ? (next.next - bases[from]) | 0 : 0;
    let id = -1;
    let ts = Math.round(at * 1000) + 100_000;
    let ecr = latestTs[to];
    for (let i = 2; i < words.length; i++) {
      const word = words[i]!;
      const range = /^(-?\d+):(-?\d+)$/.exec(word);
      if (range) {
        start = Number(range[1]);
        s.length = Number(range[2]) - start;
      } else if (/^[SAFRP]+$/.test(word)) for (const flag of word) s.flags |= FLAGS[flag]!;
      else if (word === 'ack') acked[from] = Number(words[++i]);
      else if (word === 'win') s.window = Number(words[++i]);
      else if (word === 'ts') ts = Number(words[++i]) + 100_000;
      else if (word === 'ecr') ecr = Number(words[++i]) + 100_000;
      else if (word === 'id') id = Number(words[++i]);
      else if (word === 'ttl') s.ttl = Number(words[++i]);
      else if (word === 'link') s.linkHash = Number(words[++i]);
      else if (word === 'sack') {
        const [left, right] = words[++i]!.split(':').map(Number) as [number, number];
        s.sack[s.sackCount * 2] = (bases[to] + left) | 0;
        s.sack[s.sackCount * 2 + 1] = (bases[to] + right) | 0;
        s.sackCount++;
      } else throw new Error(`what is ${word} in ${line}?`);
    }
    if (s.flags & SYN) {
      if (s.length === 0 && !words.some((word) => word.includes(':'))) start = -1;
      s.sackPermitted = sack;
      s.windowScale = 7;
      s.mss = 1460;
      if (!words.some((word) => /^[SAFRP]*A[SAFRP]*$/.test(word))) s.flags &= ~ACK;
    }
    s.seq = (bases[from] + start) | 0;
    s.ack = s.flags & ACK ? (bases[to] + acked[from]) | 0 : 0;
    if (ids) {
      s.ipId = id >= 0 ? id : nextId[from];
      if (id < 0) nextId[from]++;
      if (s.flags & SYN && s.flags & ACK) s.ipId = 0;
    }
    if (timestamps) {
      s.hasTimestamps = true;
      s.tsVal = ts;
      s.tsEcr = ecr;
      latestTs[from] = Math.max(latestTs[from], ts);
    }
    judge(connection, connection[from], connection[to], s, out, memory, revisions);
    metrics.step(connection, from === 'client', s, out);
    if (frame > 0) verdicts.push(describe(out));
  }

  if (handshake) {
    const [clientHalf, serverHalf] = HALVES[tap];
    send('0 > S');
    send(`${serverHalf / 1e6} < SA`);
    send(`${(serverHalf + clientHalf) / 1e6} >`);
    connection.clientHalfMicros = clientHalf;
    connection.serverHalfMicros = serverHalf;
  } else frame = 0;
  let last = 0;
  for (const line of table.split('\n')) {
    const [segment = '', verdict = ''] = line.split('|');
    if (segment.trim() === '' || segment.trim().startsWith('#')) continue;
    send(segment);
    last = Number(segment.trim().split(/\s+/)[0]);
    expected.push(verdict.trim());
  }
  const until = { seconds: 1_700_000_000 + Math.floor(last), nanos: Math.round((last % 1) * 1e9) };
  return {
    connection,
    memory,
    metrics,
    verdicts,
    expected,
    facts: (side) => flowFacts(new FlowView().look(connection, side, until)),
  };
}

/** `retransmission rto spurious of 3`, as far as it applies. */
export function describe(judgement: Judgement): string {
  const words = [VERDICT_NAMES[judgement.kind] ?? ''];
  if (HOW_NAMES[judgement.how]) words.push(HOW_NAMES[judgement.how]!);
  if (judgement.spurious) words.push('spurious');
  if (judgement.of > 0) words.push(`of ${judgement.of}`);
  return words.join(' ');
}
