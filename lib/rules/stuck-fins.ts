import type { ConnectionFacts } from '../facts/connection.ts';
import { secondsBetween } from '../facts/moment.ts';
import type { StateName } from '../facts/state.ts';
import { at, duration, times } from '../facts/wording.ts';
import type { Draft, Watch } from './rule.ts';
import { bothSides, capital, otherSide, watchedLongEnough } from './watching.ts';

/** Endpoints that were in one of `states` and repeated their FIN, which was never acknowledged. */
export function stuckFins(
  facts: ConnectionFacts,
  states: readonly StateName[],
  { tries }: { readonly tries: number },
  capture: Watch,
): Draft[] {
  return bothSides(facts).flatMap(({ side, own, peer }) => {
    const { fin, spells } = own;
    if (fin === null || fin.acknowledged !== null || fin.count < tries) return [];
    const waited = spells.some(({ state }) => states.includes(state));
    if (!waited || !watchedLongEnough(fin.first.time, capture.end)) return [];
    const last = own.repeatChains.find(({ what }) => what === 'fin')?.sent.at(-1)?.time ?? facts.end;
    const seconds = secondsBetween(fin.first.time, last);
    return {
      confidence: 'high',
      message: `${capital(side)} ${at(own)} sent its FIN ${times(fin.count)} over ${duration(seconds)}; ${otherSide(side)} ${at(peer)} never acknowledged it.`,
      together: `{connections} of {clients} with server ${at(facts.server)} ended with FINs of the ${side} that were never acknowledged.`,
      side,
      frames: fin.frames,
      frameCount: fin.count,
      start: fin.first.time,
      end: last,
      lowerBound: true,
      impact: { seconds },
      evidence: { fins: fin.count, seconds: Number(seconds.toFixed(6)) },
    };
  });
}
