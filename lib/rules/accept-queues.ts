import type { CaptureFacts, ServiceFacts } from '../facts/capture.ts';
import { at, count, times } from '../facts/wording.ts';
import type { Draft } from './rule.ts';

/** A listener whose queue is full drops further SYNs without a word. */
function silentAttempts({ incomplete }: ServiceFacts): number {
  return incomplete.connections - incomplete.answeredBySynAck;
}

/** It repeats its SYN-ACK as if the final ACK had not come. */
export function fullQueue(service: ServiceFacts, least: number): Draft | null {
  const ignored = service.ignoredAcks!;
  const silent = ignored.connections < 2 ? 0 : silentAttempts(service);
  if (ignored.connections + silent < least) return null;
  const harm = [
    ...(silent > 0 ? [`${count(silent, 'more attempt')} got no answer`] : []),
    ...(ignored.dataIgnored > 0 ? [`data ignored on ${ignored.dataIgnored}`] : []),
    ...(ignored.reset > 0 ? [`${ignored.reset} reset in the end`] : []),
  ];
  const told = harm.length === 0 ? '' : `; ${harm.join(', ')}`;
  return {
    severity: ignored.dataIgnored + ignored.reset > 0 ? 'error' : 'warning',
    confidence: ignored.dataIgnored > 0 ? 'high' : 'medium',
    message: `Server ${at(service)} ignored the final ACK of ${count(ignored.connections, 'connection')} and repeated its SYN-ACK ${times(ignored.repeats)}${told}: its accept queue is full.`,
    frames: [ignored.firstFrame, ignored.lastFrame],
    frameCount: ignored.repeats,
    start: ignored.start,
    end: ignored.end,
    impact: { connections: ignored.connections + silent },
    evidence: {
      connections: ignored.connections,
      synAckRepeats: ignored.repeats,
      unanswered: silent,
      dataIgnored: ignored.dataIgnored,
      reset: ignored.reset,
    },
    connections: ignored.examples,
  };
}

/** It acknowledges what connections send and answers none; repeated SYNs of others get no answer at all. */
export function hungListener(service: ServiceFacts, { start, end }: CaptureFacts, least: number): Draft | null {
  const { incomplete, responses, unheard = 0 } = service;
  const silent = silentAttempts(service);
  if (unheard < 2 || responses !== undefined || silent < least || incomplete.retriedSyns < least) return null;
  if (start === null || end === null) return null;
  return {
    confidence: 'low',
    message: `Server ${at(service)} acknowledged what ${count(unheard, 'connection')} sent it, answered none of them, and left ${count(silent, 'further attempt')} without an answer: its accept queue may be full.`,
    frames: [incomplete.firstFrame, incomplete.lastFrame],
    frameCount: incomplete.connections,
    start,
    end,
    impact: { connections: unheard + silent },
    evidence: { connections: unheard, unanswered: silent },
    likelyCauses: [
      'The program hangs: connections wait in its accept queue, and when that is full Linux drops further SYNs.',
      'The host went down or was cut off while these connections were open.',
    ],
    connections: incomplete.examples,
  };
}
