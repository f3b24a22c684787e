import { secondsBetween } from '../../facts/moment.ts';
import { ICMP_ERROR, REFUSED } from '../../facts/notes.ts';
import { at, count, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'connection-refused',
    family: 'handshake',
    scope: 'connection',
    summary:
      'The SYN was answered by a reset (or by ICMP port unreachable): nobody listens there, or a device says so.',
    why: 'The program gets "connection refused" at once; whatever it needed from this service failed.',
    likelyCauses: [
      'The service is not running, is restarting, or listens on another port or address.',
      'A firewall or load balancer rejects the connection on behalf of the server.',
    ],
    nextSteps: [
      'On the server: `ss -ltn` shows whether anything listens on that port and address.',
      'If something listens there, compare the TTL of the RST with that of the server’s other packets: a difference means a device in between refused.',
    ],
    confirm: 'The packet after the SYN is RST+ACK with `tcp.ack == 1` (relative); filter `tcp.completeness == 37`.',
    references: ['RFC 9293 3.10.7.1', 'RFC 9293 3.5.2', 'RFC 1122 4.2.3.9'],
    severity: 'warning',
    options: {},
    needs: [],
    wakes: REFUSED | ICMP_ERROR,
    falsePositives: ['Health checks and port probes that expect a refusal.'],
    others: 'Wireshark marks every RST as a warning, this one like any other. Zeek says conn_state REJ.',
  },

  connection({ handshake, client, server, icmpErrors }) {
    const { refused, syns } = handshake;
    const first = syns[0];
    if (refused === null || first === undefined) return null;
    const tries = handshake.synCount === 1 ? '' : ` after ${count(handshake.synCount, 'SYN')}`;
    const icmp = refused.by === 'rst' ? undefined : icmpErrors.find(({ frame }) => frame === refused.frame);
    const by = icmp === undefined ? 'RST' : `ICMP ${icmp.what}`;
    const isServers = icmp === undefined || icmp.address === server.address;
    const asked = syns.findLast(({ frame }) => frame < refused.frame) ?? first;
    const took = secondsBetween(asked.time, refused.time);
    return {
      confidence: 'high',
      message: isServers
        ? `Server ${at(server)} refused client ${at(client)} with ${by}${tries}, ${duration(took)} after the SYN.`
        : `${icmp.address} refused client ${at(client)} the connection to ${at(server)} with ${by}${tries}, ${duration(took)} after the SYN.`,
      together: isServers
        ? `Server ${at(server)} refused {connections} from {clients}${icmp === undefined ? '' : ` with ${by}`}.`
        : `${icmp.address} refused {connections} to server ${at(server)} from {clients} with ${by}.`,
      side: 'server',
      frames: [asked.frame, refused.frame],
      frameCount: handshake.synCount + 1,
      start: first.time,
      end: refused.time,
      impact: { connections: 1 },
      evidence: { by: refused.by, syns: handshake.synCount, answeredAfter: Number(took.toFixed(6)) },
      // A closed port answers a SYN with RST (RFC 9293 3.10.7.1): ICMP is a filter's word.
      ...(icmp === undefined
        ? {}
        : {
            likelyCauses: [
              `A packet filter on ${icmp.address} rejects it: a closed port would have answered with RST.`,
            ],
            nextSteps: [
              `Look for a rule that rejects this port on ${icmp.address} (\`iptables -S\`, \`nft list ruleset\`).`,
            ],
          }),
    };
  },
});
