import type { Endpoint } from '../connection.ts';
import type { Flow } from '../flow.ts';
import { keptBy, trim } from '../verdict/history.ts';
import type { Memory } from '../verdict/memory.ts';
import { scaleOf } from '../verdict/plausible.ts';
import { cursorOf, setCursor } from '../verdict/recent-acks.ts';
import * as record from '../verdict/record.ts';
import * as col from './columns.ts';

/** What was not sent plainly, once. */
export const UNCLEAN: number = record.HOLE | record.REPEATED | record.LATE;

/** The side of `e`, as its objects are. */
export function store(m: Int32Array, a: number, e: Endpoint, peer: Endpoint, memory: Memory): void {
  const { flow } = e;
  m[a + col.NEXT] = flow.next;
  m[a + col.ACKED] = flow.acked;
  m[a + col.WINDOW] = flow.window;
  m[a + col.EDGE] = flow.edge;
  m[a + col.MAX_WINDOW] = flow.maxWindow;
  m[a + col.SCALE] = scaleOf(flow, peer.flow);
  m[a + col.SECONDS] = flow.seconds;
  m[a + col.NANOS] = flow.nanos;
  m[a + col.CONTIGUOUS] = flow.contiguous;
  m[a + col.PACKETS] = flow.packets;
  m[a + col.BYTES] = flow.bytes;
  m[a + col.DATA_SEGMENTS] = flow.dataSegments;
  m[a + col.LARGEST] = flow.largestSegment;
  m[a + col.LAST_DATA_FRAME] = flow.lastDataFrame;
  m[a + col.LAST_DATA_SECONDS] = flow.lastDataSeconds;
  m[a + col.LAST_DATA_NANOS] = flow.lastDataNanos;
  m[a + col.ACK_SECONDS] = flow.ackSeconds;
  m[a + col.ACK_NANOS] = flow.ackNanos;
  m[a + col.IP_ID] = flow.ipId;
  m[a + col.IP_ID_STEPS] = flow.ipIdSteps;
  m[a + col.IP_ID_SKIPS] = flow.ipIdSkips;
  m[a + col.IP_ID_JUMPS] = flow.ipIdJumps;
  m[a + col.IP_ID_WHOLE] = flow.ipIdWhole;
  m[a + col.FLOW_TS_VAL] = flow.tsVal;
  m[a + col.RECENT_ACKS] = flow.recentAcks;
  m[a + col.ACKS_CURSOR] = flow.recentAcks < 0 ? 0 : cursorOf(memory.acks, flow.recentAcks);
  m[a + col.HEAD] = flow.head;
  m[a + col.UNA] = flow.una;
  m[a + col.TAIL] = flow.tail;
  m[a + col.KEPT] = flow.kept;
  m[a + col.KEEP] = keptBy(flow);
  m[a + col.MSS] = flow.mss;
  m[a + col.TTL] = e.ttl;
  m[a + col.TS_VAL] = e.tsVal;
  m[a + col.END_WINDOW] = e.window;
  m[a + col.PASSED] = e.passed;
  m[a + col.SMALL] = e.small;
  m[a + col.TINY_RUN] = e.tinyRun;
  m[a + col.UNDER_WAY] = underWay(flow, memory);
  m[a + col.SHORTEST] = flow.roundTrips.min;
  m[a + col.SAMPLES] = 0;
}

/** More than so many are not counted each time a connection comes to rest. */
const MOST_COUNTED = 8;

/** How many records of a flow are not acknowledged, -1 if there is more to them than that. */
function underWay(flow: Flow, { sent }: Memory): number {
  let count = 0;
  let last = -1;
  for (let index = flow.una; index >= 0; index = sent.next(index)) {
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
  if (flow.acked !== m[a + col.ACKED]) {
    flow.dupAcks = 0;
    peer.dupAcks = 0;
  }
  if (flow.packets !== m[a + col.PACKETS]) peer.unheard = 0;
  flow.next = m[a + col.NEXT]!;
  flow.acked = m[a + col.ACKED]!;
  flow.window = m[a + col.WINDOW]!;
  flow.edge = m[a + col.EDGE]!;
  flow.maxWindow = m[a + col.MAX_WINDOW]!;
  flow.seconds = m[a + col.SECONDS]! >>> 0;
  flow.nanos = m[a + col.NANOS]!;
  flow.contiguous = m[a + col.CONTIGUOUS]!;
  flow.packets = m[a + col.PACKETS]!;
  flow.bytes = m[a + col.BYTES]!;
  flow.dataSegments = m[a + col.DATA_SEGMENTS]!;
  flow.largestSegment = m[a + col.LARGEST]!;
  flow.lastDataFrame = m[a + col.LAST_DATA_FRAME]!;
  flow.lastDataSeconds = m[a + col.LAST_DATA_SECONDS]! >>> 0;
  flow.lastDataNanos = m[a + col.LAST_DATA_NANOS]!;
  flow.ackSeconds = m[a + col.ACK_SECONDS]! >>> 0;
  flow.ackNanos = m[a + col.ACK_NANOS]!;
  flow.ipId = m[a + col.IP_ID]!;
  flow.ipIdSteps = m[a + col.IP_ID_STEPS]!;
  flow.ipIdSkips = m[a + col.IP_ID_SKIPS]!;
  flow.ipIdJumps = m[a + col.IP_ID_JUMPS]!;
  flow.ipIdWhole = m[a + col.IP_ID_WHOLE]!;
  flow.tsVal = m[a + col.FLOW_TS_VAL]!;
  if (flow.recentAcks >= 0) setCursor(memory.acks, flow.recentAcks, m[a + col.ACKS_CURSOR]!);
  flow.head = m[a + col.HEAD]!;
  flow.una = m[a + col.UNA]!;
  flow.tail = m[a + col.TAIL]!;
  flow.kept = m[a + col.KEPT]!;
  e.tsVal = m[a + col.TS_VAL]!;
  e.window = m[a + col.END_WINDOW]!;
  e.passed = m[a + col.PASSED]!;
  e.small = m[a + col.SMALL]!;
  trim(memory.sent, flow);
  enterSamples(m, a, flow);
}

/** Round trips that were only noted at rest. */
export function enterSamples(m: Int32Array, a: number, flow: Flow): void {
  const samples = m[a + col.SAMPLES]!;
  for (let i = 0; i < samples; i++) flow.roundTrips.add(m[a + col.SAMPLE + i]!);
  m[a + col.SAMPLES] = 0;
}
