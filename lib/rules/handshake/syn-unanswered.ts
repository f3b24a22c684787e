import { secondsBetween } from '../../facts/moment.ts';
import { HANDSHAKE_INCOMPLETE } from '../../facts/notes.ts';
import { at, duration, list } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { watchedLongEnough } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'syn-unanswered',
    family: 'handshake',
    scope: 'connection',
    summary: 'A connection attempt got no answer at all.',
    why: 'The client waits through every retry (on Linux more than two minutes) before its program learns that nobody is there.',
    likelyCauses: [
      'A firewall or security group drops the SYN (a refusal would have been an RST).',
      'The host is down, the address routes nowhere, or the answer takes another path, which this capture or a stateful firewall does not see.',
      'Where the service answers others meanwhile: its accept queue is full (Linux then drops SYNs without a word), or new connections are limited.',
    ],
    nextSteps: [
      'Capture on the server: if the SYN arrives there, look at its firewall and accept queue; if not, at the path.',
      'Compare with another port of the same host: one dead port means a filter, all dead means host or route.',
    ],
    confirm:
      'Filter `tcp.flags.syn == 1 and tcp.stream eq N`: only SYNs from one side, and nothing else in the stream.',
    references: ['RFC 9293 3.8.3', 'RFC 6298 2', 'RFC 1122 4.2.3.5'],
    severity: 'warning',
    options: {},
    needs: [],
    wakes: HANDSHAKE_INCOMPLETE,
    falsePositives: [
      'A capture filter or a one-sided tap that hides the answer, when the client then gives up for other reasons.',
    ],
    others:
      'Wireshark shows `tcp.completeness == 1`; Zeek says conn_state S0 after 5 s. Neither adds up the wait or the schedule.',
  },

  connection(facts, _options, capture) {
    const { handshake, client, server } = facts;
    const first = handshake.syns[0];
    const last = handshake.syns.at(-1);
    if (first === undefined || last === undefined || server.packets > 0 || client.bytes > 0) return null;
    if (handshake.refused !== null || handshake.ack !== null || handshake.simultaneous) return null;
    // An error that a host gives up on is an answer: nothing more needs to be waited for.
    const icmp = facts.icmpErrors.find(({ about }) => about === 'client');
    if (icmp === undefined && !watchedLongEnough(first.time, capture.end)) return null;

    const retries = handshake.synCount - 1;
    const waited = secondsBetween(first.time, last.time);
    const intervals = handshake.syns.slice(1).map((syn, i) => secondsBetween(handshake.syns[i]!.time, syn.time));
    const tries =
      retries === 0
        ? 'its one SYN'
        : `any of its ${handshake.synCount} SYNs (retried after ${list(intervals.map(duration))})`;
    const told = icmp === undefined ? '' : `; ${icmp.address} reported ICMP ${icmp.what}`;
    return {
      confidence: 'high',
      message: `Server ${at(server)} never answered client ${at(client)}: no reply to ${tries}${told}.`,
      together: `Server ${at(server)} never answered {connections} from {clients}${told}.`,
      side: 'server',
      frames: [...handshake.syns.map(({ frame }) => frame), ...(icmp === undefined ? [] : [icmp.frame])],
      frameCount: handshake.synCount + (icmp === undefined ? 0 : 1),
      start: first.time,
      end: last.time,
      lowerBound: true,
      impact: retries === 0 ? {} : { seconds: waited },
      evidence: {
        syns: handshake.synCount,
        retryIntervals: intervals.map((seconds) => Number(seconds.toFixed(3))),
        watchedAfter: Number(facts.watchedAfter.toFixed(3)),
        icmp: icmp === undefined ? null : `${icmp.what} from ${icmp.address}`,
      },
      ...(icmp === undefined
        ? {}
        : {
            likelyCauses: [`${icmp.address} cannot or will not forward: it says ${icmp.what}.`],
            nextSteps: [`Look at the firewall rules and routes of ${icmp.address} for this address and port.`],
          }),
    };
  },
});
