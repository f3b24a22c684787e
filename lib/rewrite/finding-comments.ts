import type { Finding } from '../facts/finding.ts';

export interface FindingComments {
  readonly byFrame: ReadonlyMap<number, readonly string[]>;
  /** What no frame shows. */
  readonly ofFile: readonly string[];
}

/** Findings as comments: the whole at its first frame, a word at the others that show it. */
export function findingComments(findings: readonly Finding[]): FindingComments {
  const byFrame = new Map<number, string[]>();
  const ofFile: string[] = [];
  const at = (frame: number, comment: string): void => {
    const comments = byFrame.get(frame);
    if (comments === undefined) byFrame.set(frame, [comment]);
    else comments.push(comment);
  };
  for (const finding of findings) {
    const { first, last, count, examples } = finding.frames;
    if (count === 0 || first === 0) {
      ofFile.push(whole(finding));
      continue;
    }
    at(first, whole(finding));
    const others = new Set([...examples, last]);
    others.delete(first);
    others.delete(0);
    for (const frame of others) at(frame, `tcplint: ${finding.rule} again (see frame ${first})`);
  }
  return { byFrame, ofFile };
}

function whole({ rule, severity, confidence, message, nextSteps }: Finding): string {
  const certainty = confidence === 'high' ? severity : `${severity}, ${confidence} confidence`;
  const [next] = nextSteps;
  return `tcplint: ${rule} (${certainty}): ${message}${next === undefined ? '' : `\nNext: ${next}`}`;
}
