import { CLOSE_LINGERS, CLOSE_ODD } from '../../facts/notes.ts';
import { at } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'simultaneous-close',
    family: 'teardown',
    scope: 'connection',
    summary: 'Both endpoints closed at the same time: their FINs crossed.',
    why: 'Legal and harmless; but both ends now keep a TIME_WAIT, which counts where connections are many.',
    likelyCauses: ['Both programs decided to close at the same moment, for example after a common timeout.'],
    nextSteps: ['If both sides run the same idle timeout, let the client’s be shorter than the server’s.'],
    confirm: 'Two FINs, and neither acknowledges the other.',
    references: ['RFC 9293 3.6'],
    severity: 'note',
    options: {},
    needs: ['bothSides'],
    wakes: CLOSE_ODD | CLOSE_LINGERS,
    falsePositives: [],
    others: 'Zeek and Wireshark do not name it.',
  },

  connection({ client, server }) {
    const both = [client, server];
    const closing = both.some(({ spells }) => spells.some(({ state }) => state === 'CLOSING'));
    // A reset may cut the crossing short; then nobody waits.
    const waiting = both.every(({ spells }) => spells.some(({ state }) => state === 'TIME_WAIT'));
    if (!closing || !waiting || client.fin === null || server.fin === null) return null;
    const [first, second] =
      client.fin.first.frame < server.fin.first.frame ? [client.fin, server.fin] : [server.fin, client.fin];
    return {
      confidence: 'high',
      message: `Client ${at(client)} and server ${at(server)} closed at the same time: their FINs crossed, and both keep a TIME_WAIT.`,
      together: `{connections} of {clients} with server ${at(server)} were closed by both sides at once.`,
      frames: [first.first.frame, second.first.frame],
      start: first.first.time,
      end: second.first.time,
      impact: {},
      evidence: { clientFin: client.fin.first.frame, serverFin: server.fin.first.frame },
    };
  },
});
