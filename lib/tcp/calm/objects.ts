import type { Endpoint } from '../connection.ts';
import type { Flow } from '../flow.ts';
import { keptBy, trim } from '../verdict/history.ts';
import type { Memory } from '../verdict/memory.ts';
import { scaleOf } from '../verdict/plausible.ts';
import { cursorOf, setCursor } from '../verdict/recent-acks.ts';
import * as record from '../verdict/record.ts';
import {
  ACK_NANOS,
  ACK_SECONDS,
  ACKED,
  ACKS_CURSOR,
  BYTES,
  CONTIGUOUS,
  DATA_SEGMENTS,
  EDGE,
  END_WINDOW,
  FLOW_TS_VAL,
  HEAD,
  IP_ID,
  IP_ID_JUMPS,
  IP_ID_SKIPS,
  IP_ID_STEPS,
  KEEP,
  KEPT,
  LARGEST,
  LAST_DATA_FRAME,
  LAST_DATA_NANOS,
  LAST_DATA_SECONDS,
  MAX_WINDOW,
  MSS,
  NANOS,
  NEXT,
  PACKETS,
  PASSED,
  RECENT_ACKS,
  SAMPLE,
  SAMPLES,
  SCALE,
  SECONDS,
  SHORTEST,
  SMALL,
  TAIL,
  TINY_RUN,
  TS_VAL,
  TTL,
  UNA,
  UNDER_WAY,
  WINDOW,
} from './columns.ts';

/** What was not sent plainly, once. */
export const UNCLEAN: number = record.HOLE | record.REPEATED | record.LATE;

/** The side of `e`, as its objects are. */
export function store(m: Int32Array, a: number, e: Endpoint, peer: Endpoint, memory: Memory): void {
  const { flow } = e;
  m[a + NEXT] = flow.next;
  m[a + ACKED] = flow.acked;
  m[a + WINDOW] = flow.window;
  m[a + EDGE] = flow.edge;
  m[a + MAX_WINDOW] = flow.maxWindow;
  m[a + SCALE] = scaleOf(flow, peer.flow);
  m[a + SECONDS] = flow.seconds;
  m[a + NANOS] = flow.nanos;
  m[a + CONTIGUOUS] = flow.contiguous;
  m[a + PACKETS] = flow.packets;
  m[a + BYTES] = flow.bytes;
  m[a + DATA_SEGMENTS] = flow.dataSegments;
  m[a + LARGEST] = flow.largestSegment;
  m[a + LAST_DATA_FRAME] = flow.lastDataFrame;
  m[a + LAST_DATA_SECONDS] = flow.lastDataSeconds;
  m[a + LAST_DATA_NANOS] = flow.lastDataNanos;
  m[a + ACK_SECONDS] = flow.ackSeconds;
  m[a + ACK_NANOS] = flow.ackNanos;
  m[a + IP_ID] = flow.ipId;
  m[a + IP_ID_STEPS] = flow.ipIdSteps;
  m[a + IP_ID_SKIPS] = flow.ipIdSkips;
  m[a + IP_ID_JUMPS] = flow.ipIdJumps;
  m[a + FLOW_TS_VAL] = flow.tsVal;
  m[a + RECENT_ACKS] = flow.recentAcks;
  m[a + ACKS_CURSOR] = flow.recentAcks < 0 ? 0 : cursorOf(memory.acks, flow.recentAcks);
  m[a + HEAD] = flow.head;
  m[a + UNA] = flow.una;
  m[a + TAIL] = flow.tail;
  m[a + KEPT] = flow.kept;
  m[a + KEEP] = keptBy(flow);
  m[a + MSS] = flow.mss;
  m[a + TTL] = e.ttl;
  m[a + TS_VAL] = e.tsVal;
  m[a + END_WINDOW] = e.window;
  m[a + PASSED] = e.passed;
  m[a + SMALL] = e.small;
  m[a + TINY_RUN] = e.tinyRun;
  m[a + UNDER_WAY] = underWay(flow, memory);
  m[a + SHORTEST] = flow.roundTrips.min;
  m[a + SAMPLES] = 0;
}

/** More than so many are not counted each time a connection comes to rest. */
const MOST_COUNTED = 8;

/** How many records of a flow are not acknowledged, -1 if there is more to them than that. */
function underWay(flow: Flow, { sent }: Memory): number {
  let count = 0;
  let last = -1;
  for (let index = flow.una; index >= 0; index = sent.get(index, record.NEXT)) {
    if ((sent.get(index, record.MARKS) & UNCLEAN) !== 0 || ++count > MOST_COUNTED) return -1;
    last = index;
  }
  if (count === 0) return 0;
  const isLastPayload = sent.get(last, record.FRAME) === flow.lastDataFrame;
  return isLastPayload ? count : -1;
}

/** The objects of `e`, as its side is. */
export function load(m: Int32Array, a: number, e: Endpoint, peer: Endpoint, memory: Memory): void {
  const { flow } = e;
  if (flow.acked !== m[a + ACKED]) {
    flow.dupAcks = 0;
    peer.dupAcks = 0;
  }
  if (flow.packets !== m[a + PACKETS]) peer.unheard = 0;
  flow.next = m[a + NEXT]!;
  flow.acked = m[a + ACKED]!;
  flow.window = m[a + WINDOW]!;
  flow.edge = m[a + EDGE]!;
  flow.maxWindow = m[a + MAX_WINDOW]!;
  flow.seconds = m[a + SECONDS]! >>> 0;
  flow.nanos = m[a + NANOS]!;
  flow.contiguous = m[a + CONTIGUOUS]!;
  flow.packets = m[a + PACKETS]!;
  flow.bytes = m[a + BYTES]!;
  flow.dataSegments = m[a + DATA_SEGMENTS]!;
  flow.largestSegment = m[a + LARGEST]!;
  flow.lastDataFrame = m[a + LAST_DATA_FRAME]!;
  flow.lastDataSeconds = m[a + LAST_DATA_SECONDS]! >>> 0;
  flow.lastDataNanos = m[a + LAST_DATA_NANOS]!;
  flow.ackSeconds = m[a + ACK_SECONDS]! >>> 0;
  flow.ackNanos = m[a + ACK_NANOS]!;
  flow.ipId = m[a + IP_ID]!;
  flow.ipIdSteps = m[a + IP_ID_STEPS]!;
  flow.ipIdSkips = m[a + IP_ID_SKIPS]!;
  flow.ipIdJumps = m[a + IP_ID_JUMPS]!;
  flow.tsVal = m[a + FLOW_TS_VAL]!;
  if (flow.recentAcks >= 0) setCursor(memory.acks, flow.recentAcks, m[a + ACKS_CURSOR]!);
  flow.head = m[a + HEAD]!;
  flow.una = m[a + UNA]!;
  flow.tail = m[a + TAIL]!;
  flow.kept = m[a + KEPT]!;
  e.tsVal = m[a + TS_VAL]!;
  e.window = m[a + END_WINDOW]!;
  e.passed = m[a + PASSED]!;
  e.small = m[a + SMALL]!;
  trim(memory.sent, flow);
  enterSamples(m, a, flow);
}

/** Round trips that were only noted at rest. */
export function enterSamples(m: Int32Array, a: number, flow: Flow): void {
  const samples = m[a + SAMPLES]!;
  for (let i = 0; i < samples; i++) flow.roundTrips.add(m[a + SAMPLE + i]!);
  m[a + SAMPLES] = 0;
}
