import { OPTIONS_UNEVEN } from '../../facts/notes.ts';
import { at, bitRate, percent } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, otherSide } from '../watching.ts';

const UNSCALED_WINDOW = 65_535;

export default defineRule({
  meta: {
    id: 'window-scale-one-sided',
    family: 'handshake',
    scope: 'connection',
    summary: 'The client offered window scaling, the server’s answer lacks it: windows stay below 64 KiB.',
    why: 'Without scaling no more than 64 KiB can be in flight in either direction: at 100 ms round trip that is 5 Mbit/s, whatever the link.',
    likelyCauses: [
      'A firewall, proxy or load balancer rewrites the SYN-ACK or answers itself, without the option.',
      'The server has scaling off (`net.ipv4.tcp_window_scaling=0`) or is in SYN-cookie mode without timestamps.',
    ],
    nextSteps: [
      'Compare the SYN-ACK at the server with the one at the client: whoever removed the option stands between.',
    ],
    confirm: '`tcp.options.wscale` is on the SYN and missing on the SYN-ACK; `tcp.window_size_scalefactor == -2`.',
    references: ['RFC 7323 2.2', 'RFC 7323 1.3'],
    severity: 'note',
    options: {
      share: {
        default: 0.3,
        unit: 'ratio',
        description: 'Share of a transfer limited by 64 KiB that makes it a warning.',
      },
    },
    needs: ['handshake'],
    wakes: OPTIONS_UNEVEN,
    falsePositives: ['Small devices that never need more than 64 KiB.'],
    others: 'Wireshark shows a scale factor of -2, and leaves the conclusion to the reader.',
  },

  connection(facts, options) {
    const { client, server, handshake } = facts;
    const synAck = handshake.synAcks[0];
    if (!client.synSeen || !server.synSeen || synAck === undefined) return null;
    if (client.windowScale === null || server.windowScale !== null) return null;
    // Who sends is limited by the other one's unscaled window.
    const limited = bothSides(facts).find(({ own }) => (own.limitedBy?.receiveWindow ?? 0) >= options.share);
    const rtt = limited?.own.rtt?.p50;
    const ceiling = rtt === undefined || rtt === 0 ? '' : ` (${bitRate(UNSCALED_WINDOW / rtt)} at this round trip)`;
    const harm =
      limited === undefined
        ? ''
        : `; what the ${limited.side} sent to the ${otherSide(limited.side)} was held back by it for ${percent(limited.own.limitedBy!.receiveWindow)} of the time${ceiling}`;
    return {
      severity: limited === undefined ? 'note' : 'warning',
      confidence: 'high',
      message: `Server ${at(server)} answered without the window scaling that client ${at(client)} offered: windows stay below 64 KiB${harm}.`,
      together: `Server ${at(server)} answers without the window scaling that {connections} from {clients} offered.`,
      side: 'server',
      frames: [...handshake.syns.slice(0, 1), synAck].map(({ frame }) => frame),
      start: facts.start,
      end: facts.end,
      impact: {},
      evidence: { offered: client.windowScale, answered: null, limited: limited?.side ?? null },
    };
  },
});
