import { secondsBetween } from '../../facts/moment.ts';
import { BULK } from '../../facts/notes.ts';
import { at, bitRate, duration, percent, size } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

/** Of what a window allows each round trip: below this share, the reader is slow rather than the window small. */
const FAR_BELOW = 0.25;
const SLOW_READER = {
  likelyCauses: ['The receiving program reads more slowly than the data comes.'],
  nextSteps: ['The program is the bottleneck, not the network: look what it waits for between its reads.'],
};

export default defineRule({
  meta: {
    id: 'window-limited',
    family: 'window',
    scope: 'connection',
    summary: 'A transfer was held back by the receiver’s window for much of its time.',
    why: 'No more than one window can be in flight per round trip: with a small window a long path is slow however fast the link.',
    likelyCauses: [
      'The receive buffer is too small for this round trip (a fixed SO_RCVBUF turns off Linux’s tuning).',
      'The receiving program reads more slowly than the data comes.',
      'Window scaling was lost on the way (see `window-scale-one-sided`).',
    ],
    nextSteps: [
      'If the window stays constant: raise `net.ipv4.tcp_rmem` (third value) or remove SO_RCVBUF in the program.',
      'If it shrinks and grows: the program is the bottleneck, not the network.',
    ],
    confirm: '`tcp.analysis.window_full`; the window-scaling graph with bytes out: both lines touch.',
    references: ['RFC 9293 3.8.6', 'RFC 7323 1.1'],
    severity: 'warning',
    options: {
      share: { default: 0.3, unit: 'ratio', description: 'Share of the transfer’s time limited by the window.' },
      bytes: {
        default: 131_072,
        unit: 'bytes',
        least: 131_072,
        description: 'Transfers smaller than this are not judged.',
      },
    },
    needs: ['flightVisible'],
    wakes: BULK,
    falsePositives: ['Receivers that limit their rate on purpose.'],
    others: 'Wireshark marks single full windows (by equality); no tool says for how much of the time.',
  },

  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const share = own.limitedBy?.receiveWindow ?? 0;
      if (!own.flightVisible || share < options.share || own.uniqueBytes < options.bytes) return [];
      const rtt = own.rtt?.p50 ?? 0;
      const began = own.firstData?.time ?? facts.start;
      const ended = own.lastNewData?.time ?? facts.end;
      const took = secondsBetween(began, ended);
      const seconds = share * took;
      // Far from one window a round trip: not its size held the sender back, but how slowly it was emptied.
      const isSlowReader = rtt > 0 && own.uniqueBytes / took < (peer.maxWindow / rtt) * FAR_BELOW;
      const allows =
        rtt > 0 && !isSlowReader ? `; at ${duration(rtt)} round trip it allows ${bitRate(peer.maxWindow / rtt)}` : '';
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} was held back by the window of ${otherSide(side)} ${at(peer)} for ${percent(share)} of its ${size(own.uniqueBytes)} transfer: the window reached ${size(peer.maxWindow)}${allows}.`,
        together: `The window of the ${otherSide(side)} held back {connections} of {clients} with server ${at(facts.server)}, for ${percent(share)} of the time at worst.`,
        side: otherSide(side),
        frames: [own.firstData, own.lastNewData].flatMap((sighting) => (sighting === null ? [] : [sighting.frame])),
        start: began,
        end: ended,
        impact: { seconds },
        ...(isSlowReader ? SLOW_READER : {}),
        evidence: {
          limitedByWindow: percent(share),
          limitedByApplication: percent(own.limitedBy!.application),
          limitedByNetwork: percent(own.limitedBy!.network),
          maxWindowBytes: peer.maxWindow,
          rttSeconds: rtt === 0 ? null : Number(rtt.toFixed(6)),
        },
      } as const;
    });
  },
});
