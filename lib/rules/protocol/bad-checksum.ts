import { count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'bad-checksum',
    family: 'protocol',
    scope: 'capture',
    summary: 'Segments arrived with a wrong checksum: real corruption, not offload.',
    why: 'The receiver drops them, so each one costs a retransmission; and where some are caught, others slip through a 16-bit sum.',
    likelyCauses: [
      'Bad memory or a faulty network card, switch or transceiver.',
      'A middlebox that changes packets and miscalculates the sum.',
    ],
    nextSteps: [
      'Compare captures before and after each device: the sum turns wrong at the guilty one.',
      'Read CRC and error counters of the interfaces.',
    ],
    confirm: 'Turn on "Validate the TCP checksum if possible"; filter `tcp.checksum.status == "Bad"`.',
    references: ['RFC 9293 3.1', 'RFC 1071 1'],
    severity: 'warning',
    options: {},
    needs: [],
    falsePositives: ['Checksum offload is recognised by host and told once as `capture-offload`.'],
    others:
      'Wireshark has the check off by default, because it cannot tell offload from damage; Zeek drops such connections silently.',
  },

  capture({ badChecksums = [], checksumsUnchecked }) {
    const unchecked = checksumsUnchecked === true ? '; later on only one segment in sixteen was summed' : '';
    return badChecksums.map((from) => ({
      confidence: 'high',
      message: `${count(from.count, 'segment')} from host ${from.address} arrived with a wrong checksum${unchecked}.`,
      ...seenAt(from),
      impact: {},
      evidence: { segments: from.count, allChecked: checksumsUnchecked !== true },
      endpoints: [{ address: from.address, port: 0, role: 'host' }],
      connections: from.examples,
    }));
  },
});
