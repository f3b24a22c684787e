/**
 * What every stage of the pipeline made of one frame, in the order of `Analyzer.step` (lib/engine/analyzer.ts): frame,
 * layers, segment, connection, verdict, states, timing, windows, labels. A frame without TCP ends after the layers.
 * Where a frame holds several segments, the stages from the segment on come once for each.
 */
export interface Explanation {
  readonly frame: number;
  readonly stages: readonly Stage[];
}

export interface Stage {
  readonly stage: StageName;
  readonly entries: readonly Entry[];
}

export const STAGE_NAMES = [
  'frame',
  'layers',
  'segment',
  'connection',
  'verdict',
  'states',
  'timing',
  'windows',
  'labels',
] as const;
export type StageName = (typeof STAGE_NAMES)[number];

/** One thing that a stage knows or found. */
export interface Entry {
  readonly name: string;
  readonly text: string;
}
