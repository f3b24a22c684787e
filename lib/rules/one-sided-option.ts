import type { ConnectionFacts } from '../facts/connection.ts';
import { at } from '../facts/wording.ts';
import type { Draft } from './rule.ts';

/** An option that the client's SYN offered and the server's answer lacks; `what` names it in a sentence. */
export function unansweredOption(
  { client, server, handshake }: ConnectionFacts,
  option: 'sackPermitted' | 'timestamps',
  what: string,
): Draft | null {
  const [syn] = handshake.syns;
  const [synAck] = handshake.synAcks;
  if (client[option] !== true || server[option] !== false || syn === undefined || synAck === undefined) return null;
  return {
    confidence: 'high',
    message: `Server ${at(server)} answered without the ${what} that client ${at(client)} offered.`,
    together: `Server ${at(server)} answers without the ${what} that {connections} from {clients} offered.`,
    side: 'server',
    frames: [syn.frame, synAck.frame],
    start: syn.time,
    end: synAck.time,
    impact: {},
    evidence: { offered: true, answered: false },
  };
}
