import { count, percent } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'capture-snaplen',
    family: 'capture',
    scope: 'capture',
    summary: 'Packets were stored only in part (snap length).',
    why: 'Headers suffice for what is judged here, by the lengths they tell; payload and checksums of the cut packets cannot be looked at.',
    likelyCauses: [
      'The capture was made with a snap length (`tcpdump -s`), often on purpose: smaller files, no payload.',
    ],
    nextSteps: [
      'If payload matters, capture with `-s 0`; for judging TCP 128 bytes are enough, below 66 options are lost.',
    ],
    confirm: 'Filter `frame.cap_len < frame.len`.',
    references: [],
    severity: 'note',
    options: {},
    needs: [],
    falsePositives: [],
    others: 'Wireshark says "packet size limited during capture" on each packet.',
  },

  capture({ cutFrames, snapLength, packets, start, end }) {
    if (cutFrames === 0 || start === null || end === null) return null;
    return {
      confidence: 'high',
      message: `${count(cutFrames, 'packet')} of ${packets} (${percent(cutFrames / packets)}) ${cutFrames === 1 ? 'was' : 'were'} cut to ${snapLength} bytes by the capture.`,
      frames: [],
      frameCount: cutFrames,
      start,
      end,
      impact: {},
      evidence: { cutFrames, snapLength, packets },
      filter: 'frame.cap_len < frame.len',
    };
  },
});
