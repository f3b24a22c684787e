import { momentOf } from '../facts/moment.ts';
import type { PacketRow } from '../facts/packet-row.ts';
import { STATE_NAMES } from '../facts/state.ts';
import { CONFIDENCE_NAMES, HOW_NAMES, VERDICT_NAMES, type Verdict } from '../facts/verdict.ts';
import { FLAG_NAMES, type Segment, SYN } from '../packet/segment.ts';
import type { Connection } from '../tcp/connection.ts';
import { OPTIONS_CUT, SYN_SEEN } from '../tcp/flow.ts';
import type { Judgement } from '../tcp/verdict/judgement.ts';
import { labelNames } from '../tcp/wireshark/labels.ts';
import { atFrame } from './at-frame.ts';

type PendingRow = { -readonly [K in keyof PacketRow]: PacketRow[K] };

/** Rows held back so that later evidence can still revise them: bounded, in capture order. */
const MOST_PENDING = 65536;

export class PacketRows {
  private readonly emit: (row: PacketRow) => void;
  private pending: PendingRow[] = [];

  constructor(emit: (row: PacketRow) => void) {
    this.emit = emit;
  }

  add(
    c: Connection,
    s: Segment,
    fromClient: boolean,
    stream: number,
    judgement: Judgement,
    labels: number | null,
  ): void {
    if (this.pending.length >= MOST_PENDING) this.emitOldest(MOST_PENDING / 2);
    const scale = windowScale(c, fromClient, s);
    this.pending.push({
      frame: s.frame,
      connection: c.number,
      stream,
      time: momentOf(s),
      from: fromClient ? 'client' : 'server',
      flags: FLAG_NAMES.filter((_, bit) => (s.flags & (1 << bit)) !== 0),
      seq: s.seq >>> 0,
      ack: s.ack >>> 0,
      length: s.length,
      window: scale >= 0 ? s.window * 2 ** scale : s.window,
      windowScaled: scale >= 0,
      ...(labels === null ? {} : { analysis: labelNames(labels) }),
      verdict: verdictOf(judgement),
      clientState: STATE_NAMES[c.client.state]!,
      serverState: STATE_NAMES[c.server.state]!,
    });
  }

  revise(frame: number, judgement: Judgement): void {
    const row = atFrame(this.pending, frame, ({ verdict }) => mayBecome(verdict, judgement));
    if (row !== null) row.verdict = verdictOf(judgement);
  }

  /** The row of `s` turns out to belong to another connection, as its first segment. */
  reassign(s: Segment, c: Connection): void {
    const row = atFrame(this.pending, s.frame, ({ seq }) => seq === s.seq >>> 0);
    if (row === null) return;
    row.connection = c.number;
    row.verdict = null;
    row.clientState = STATE_NAMES[c.client.state]!;
    row.serverState = STATE_NAMES[c.server.state]!;
  }

  /** Only those of a SYN-ACK are revised. */
  reviseLabels(frame: number, labels: number): void {
    const row = atFrame(this.pending, frame, ({ flags }) => flags.includes('SYN') && flags.includes('ACK'));
    if (row !== null) row.analysis = labelNames(labels);
  }

  flush(): void {
    this.emitOldest(this.pending.length);
  }

  private emitOldest(count: number): void {
    for (let i = 0; i < count; i++) this.emit(this.pending[i]!);
    this.pending = this.pending.slice(count);
  }
}

export function verdictOf(j: Judgement): Verdict | null {
  const kind = VERDICT_NAMES[j.kind];
  if (kind == null) return null;
  const how = HOW_NAMES[j.how];
  return {
    kind,
    ...(how != null ? { how } : {}),
    ...(j.spurious ? { spurious: true } : {}),
    confidence: CONFIDENCE_NAMES[j.confidence] ?? 'low',
    ...(j.of !== 0 ? { of: j.of } : {}),
  };
}

/** A verdict that is revised stays about the same original, mostly, and is revised once. */
export function mayBecome(verdict: Verdict | null, j: Judgement): boolean {
  return (verdict?.of ?? 0) === j.of && verdict?.spurious !== true;
}

/**
 * The shift of a segment's window, -1 while it can't be known. A SYN's own window is never scaled; scaling is on only
 * if both SYNs offered it (RFC 7323 2.2).
 */
export function windowScale(c: Connection, fromClient: boolean, s: Segment): number {
  if ((s.flags & SYN) !== 0) return 0;
  const sender = (fromClient ? c.client : c.server).flow;
  const receiver = (fromClient ? c.server : c.client).flow;
  if ((sender.options & receiver.options & SYN_SEEN) === 0) return -1;
  if (((sender.options | receiver.options) & OPTIONS_CUT) !== 0) return -1;
  return sender.windowScale >= 0 && receiver.windowScale >= 0 ? Math.min(sender.windowScale, 14) : 0;
}
