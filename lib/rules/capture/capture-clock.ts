import { duration, times } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'capture-clock',
    family: 'capture',
    scope: 'capture',
    summary: 'The clock of the capture went backwards.',
    why: 'Durations across a step are wrong, and the order of packets may be too: answers can seem to come before their questions.',
    likelyCauses: [
      'Several interfaces or queues were written without sorting, or files merged in the wrong order.',
      'The clock of the capturing host was set back (NTP step) during the capture.',
    ],
    nextSteps: ['Small steps: sort with `reordercap IN OUT`. Large ones: split the file at the step.'],
    confirm: 'Filter `frame.time_delta < 0`.',
    references: [],
    severity: 'warning',
    options: {
      milliseconds: { default: 1, unit: 'ms', description: 'Steps smaller than this are usual with several queues.' },
    },
    needs: [],
    falsePositives: [],
    others: 'capinfos says whether the order is strict; most tools go on as if it were.',
  },

  capture({ clockSteps, start, end }, options) {
    if (clockSteps.count === 0 || start === null || end === null) return null;
    if (clockSteps.worst * 1000 < options.milliseconds) return null;
    return {
      confidence: 'high',
      message: `The capture’s clock went backwards ${times(clockSteps.count)}, by up to ${duration(clockSteps.worst)}, first at frame ${clockSteps.firstFrame}.`,
      frames: [clockSteps.firstFrame],
      frameCount: clockSteps.count,
      start,
      end,
      impact: {},
      evidence: { steps: clockSteps.count, worstSeconds: Number(clockSteps.worst.toFixed(9)) },
      filter: 'frame.time_delta < 0',
    };
  },
});
