import { count, grouped, list } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

const NOWHEN = { seconds: 0, nanos: 0 } as const;

export default defineRule({
  meta: {
    id: 'capture-empty',
    family: 'capture',
    scope: 'capture',
    summary: 'There is no TCP in this capture.',
    why: 'A check that finds nothing wrong in an empty capture proves nothing.',
    likelyCauses: [
      'The capture filter or the interface was the wrong one.',
      'The traffic is inside a tunnel or a link type that cannot be read (the reasons are listed).',
    ],
    nextSteps: ['List interfaces with `tcpdump -D`, and capture on the one that carries the traffic (or on `any`).'],
    confirm: 'Statistics, Protocol hierarchy: no TCP.',
    references: [],
    severity: 'warning',
    options: {},
    needs: [],
    falsePositives: ['A capture that is meant to hold something else than TCP.'],
    others: 'Every other tool ends with success and prints nothing.',
  },

  capture(facts) {
    if (facts.segments > 0) return null;
    const reasons = facts.skipped.map(({ reason, frames }) => `${reason} (${grouped(frames)})`);
    const found = facts.packets === 0 ? 'no packets at all' : `${count(facts.packets, 'packet')}, none of them TCP`;
    return {
      confidence: 'high',
      message: `The capture holds ${found}${reasons.length === 0 ? '' : `: ${list(reasons.slice(0, 4))}`}.`,
      frames: facts.skipped.slice(0, 1).map(({ firstFrame }) => firstFrame),
      frameCount: facts.packets,
      start: facts.start ?? NOWHEN,
      end: facts.end ?? NOWHEN,
      impact: {},
      evidence: { packets: facts.packets, skipped: reasons },
      filter: 'frame',
    };
  },
});
