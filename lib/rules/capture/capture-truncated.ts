import { count, grouped } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'capture-truncated',
    family: 'capture',
    scope: 'capture',
    summary: 'The file ends inside a record, or a record is damaged: everything before was analysed.',
    why: 'What came after is missing: a connection that seems to hang may only have lost the end of its story.',
    likelyCauses: [
      'The capture is still being written, or was stopped by force or by a full disk.',
      'The file was cut in transfer (compare its size with the original).',
    ],
    nextSteps: ['Copy the file again, or stop the capture with Ctrl-C (SIGINT) so that it flushes its buffer.'],
    confirm: 'Wireshark says "cut short in the middle of a packet" when it opens the file.',
    references: [],
    severity: 'warning',
    options: {},
    needs: [],
    falsePositives: ['A file read while tcpdump is still writing it ends in mid-record by nature.'],
    others: 'tshark exits with 2 and tcptrace with 0 on the same file; neither says how much of it was read.',
  },

  capture(facts) {
    const first = facts.problems[0];
    if (first === undefined || facts.start === null || facts.end === null) return null;
    const more = facts.problems.length - 1;
    return {
      confidence: 'high',
      message: `The capture is ${first.kind} at byte ${grouped(first.offset)} (${first.reason})${more === 0 ? '' : ` and in ${count(more, 'more place')}`}; ${count(facts.packets, 'packet')} could be read.`,
      frames: facts.packets === 0 ? [] : [facts.packets],
      frameCount: facts.problems.length,
      start: facts.start,
      end: facts.end,
      impact: {},
      evidence: {
        offsets: facts.problems.map(({ offset }) => offset),
        reasons: facts.problems.map(({ reason }) => reason),
        packetsRead: facts.packets,
      },
      filter: facts.packets === 0 ? 'frame' : `frame.number == ${facts.packets}`,
    };
  },
});
