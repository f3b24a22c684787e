import type { Segment } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import type { Flow } from '../flow.ts';
import type { Judgement, Revisions } from './judgement.ts';
import type { Memory } from './memory.ts';

/** The case before the judge: one segment, the flow it belongs to, and the flow the other way. */
export interface Case {
  readonly connection: Connection;
  /** What the segment's sender sent. */
  readonly flow: Flow;
  /** What its receiver sent: the flow that the segment acknowledges. */
  readonly back: Flow;
  readonly segment: Segment;
  readonly out: Judgement;
  readonly memory: Memory;
  readonly revisions: Revisions;
}
