import { count, list, size } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'capture-drops',
    family: 'capture',
    scope: 'capture',
    summary: 'The capture lost packets that the network delivered.',
    why: 'What is missing here was not lost on the way: gaps in this file say nothing about the network, and some findings are less sure.',
    likelyCauses: [
      'The capturing host could not keep up: small buffer, slow disk, too much traffic for one core.',
      'A mirror port with less capacity than what it mirrors.',
    ],
    nextSteps: [
      'Capture with a larger buffer (`tcpdump -B 65536`), a shorter snap length (`-s 128`) or a filter, and to a fast disk.',
    ],
    confirm: '`tcp.analysis.ack_lost_segment`; Statistics, Capture file properties, shows the dropped packets.',
    references: [],
    severity: 'warning',
    options: {},
    needs: [],
    falsePositives: ['Asymmetric routing makes bytes be acknowledged that passed elsewhere: see `capture-one-sided`.'],
    others:
      'Wireshark says "previous segment not captured" and readers take it for loss in the network; capinfos shows the file’s counter.',
  },

  capture({ droppedByCapture, unseenBytes, start, end }) {
    const dropped = droppedByCapture ?? 0;
    // One byte a connection is the place of a FIN or a keep-alive, not data.
    const unseen = unseenBytes.bytes > unseenBytes.connections ? unseenBytes.bytes : 0;
    if ((dropped === 0 && unseen === 0) || start === null || end === null) return null;
    const told = [
      ...(dropped > 0 ? [`its own counters say ${count(dropped, 'packet')} were dropped`] : []),
      ...(unseen > 0
        ? [`${size(unseen)} on ${count(unseenBytes.connections, 'connection')} were acknowledged that it never saw`]
        : []),
    ];
    return {
      confidence: 'high',
      message: `The capture lost packets: ${list(told)}.`,
      frames: unseen > 0 ? [unseenBytes.firstFrame] : [],
      start,
      end,
      impact: { ...(unseen > 0 ? { bytes: unseen, connections: unseenBytes.connections } : {}) },
      evidence: { droppedByCapture, unseenBytes: unseen, connections: unseenBytes.connections },
      filter: 'tcp.analysis.ack_lost_segment',
    };
  },
});
