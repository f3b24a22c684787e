import type { CaptureFacts } from '../facts/capture.ts';
import { percent } from '../facts/wording.ts';
import type { Draft } from './rule.ts';

/** What is told of copies, whoever made them; null without any. `share` is theirs of all segments. */
export function copiesIn(
  { segments, start, end }: CaptureFacts,
  copies: CaptureFacts['captureDuplicates'],
): { readonly share: number; readonly draft: Omit<Draft, 'message'> } | null {
  if (copies.segments === 0 || start === null || end === null) return null;
  const share = copies.segments / segments;
  const draft = {
    confidence: 'high',
    frames: copies.examples,
    frameCount: copies.segments,
    start,
    end,
    impact: {},
    evidence: { copies: copies.segments, segments, share: percent(share) },
    filter: `frame.number == ${copies.firstFrame}`,
  } as const;
  return { share, draft };
}
