import { list } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'capture-rotated',
    family: 'capture',
    scope: 'capture',
    summary: 'The file is one of a series: a neighbour continues where it begins or ends.',
    why: 'Connections that cross the seam look begun in the middle or cut off; findings that would rest on that are withheld.',
    likelyCauses: ['A ring-buffer capture (`tcpdump -C`, `dumpcap -b`).'],
    nextSteps: ['Give all files of the series and `--join`, so that they are read as one capture.'],
    confirm: 'Compare the time of the first and last packet with those of the neighbouring files (`capinfos`).',
    references: [],
    severity: 'note',
    options: {},
    needs: [],
    falsePositives: ['Two unrelated captures whose names and times happen to fit.'],
    others: 'Others analyse each file as if it were alone.',
  },

  capture({ rotated, start, end, packets }) {
    if (rotated === undefined || start === null || end === null) return null;
    const seams = [
      ...(rotated.before === null ? [] : [`begins where ${rotated.before} ends`]),
      ...(rotated.after === null ? [] : [`ends where ${rotated.after} begins`]),
    ];
    if (seams.length === 0) return null;
    return {
      confidence: 'high',
      message: `This capture ${list(seams)}: read them together with --join.`,
      frames: [rotated.before === null ? packets : 1],
      start,
      end,
      impact: {},
      evidence: { before: rotated.before, after: rotated.after },
      filter: 'tcp',
      // At a seam nothing can be said to have been missing, or never to have come.
      replaces: [...(rotated.before === null ? [] : AT_THE_BEGINNING), ...(rotated.after === null ? [] : AT_THE_END)],
      replacesOn: 'capture',
    };
  },
});

const AT_THE_BEGINNING = ['capture-midstream'];
const AT_THE_END = ['syn-unanswered', 'handshake-incomplete', 'blackhole', 'keep-alive-unanswered', 'zero-window-dead'];
