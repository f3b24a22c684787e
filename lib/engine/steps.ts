import type { FinFacts, HandshakeFacts, Side, Sighting, StateChange, StateSpell } from '../facts/connection.ts';
import { after, isBefore, type Moment, secondsBetween } from '../facts/moment.ts';
import { CLOSED, ESTABLISHED, STATE_NAMES, TIME_WAIT } from '../facts/state.ts';
import type { Connection, Endpoint, Oddities } from '../tcp/connection.ts';
import {
  CAUSES,
  MISSED_FIN,
  RECEIVED_ACK_OF_FIN,
  RECEIVED_RST,
  SENT_FIN,
  SENT_RST,
  SENT_SYN,
  SENT_SYN_ACK,
  TIMEOUT_2MSL,
} from '../tcp/state/events.ts';
import { Change, type Timeline } from '../tcp/state/timeline.ts';

/** A state change as stored, with its time as a moment. */
export interface Step {
  readonly side: Side;
  readonly previous: number;
  readonly state: number;
  readonly event: number;
  readonly observed: boolean;
  readonly time: Moment;
  readonly frame: number;
  readonly confirmedBy: number;
}

const CHANGE = new Change();

/** The endpoint's changes, oldest first, and the end of its TIME_WAIT if the capture lasted beyond it. */
export function stepsOf(e: Endpoint, side: Side, timeline: Timeline, end: Moment, timeWait: number): Step[] {
  const found: Step[] = [];
  for (let i = e.change; i >= 0; i = timeline.below(i)) {
    const { previous, state, event, observed, seconds, nanos, frame, confirmedBy } = timeline.read(i, CHANGE);
    found.push({ side, previous, state, event, observed, time: { seconds, nanos }, frame, confirmedBy });
  }
  found.reverse();
  if (e.state === TIME_WAIT) {
    const expiry = after({ seconds: e.waitSeconds, nanos: e.waitNanos }, timeWait);
    if (!isBefore(end, expiry)) {
      found.push({
        side,
        previous: TIME_WAIT,
        state: CLOSED,
        event: TIMEOUT_2MSL,
        observed: false,
        time: expiry,
        frame: 0,
        confirmedBy: 0,
      });
    }
  }
  return found;
}

/** Both ends' steps by time, then by frame; what one endpoint does stays in its order. */
export function merged(client: readonly Step[], server: readonly Step[]): Step[] {
  const all: Step[] = [];
  let i = 0;
  let j = 0;
  while (i < client.length || j < server.length) {
    const mine = client[i];
    const theirs = server[j];
    const clientFirst = theirs === undefined || (mine !== undefined && !isLater(mine, theirs));
    all.push(clientFirst ? mine! : theirs);
    if (clientFirst) i++;
    else j++;
  }
  return all;
}

function isLater(a: Step, b: Step): boolean {
  const seconds = a.time.seconds - b.time.seconds || a.time.nanos - b.time.nanos;
  return seconds > 0 || (seconds === 0 && a.frame !== 0 && b.frame !== 0 && a.frame > b.frame);
}

export function change(step: Step): StateChange {
  return {
    endpoint: step.side,
    time: step.time,
    previous: STATE_NAMES[step.previous]!,
    state: STATE_NAMES[step.state]!,
    frame: step.frame === 0 ? null : step.frame,
    cause: CAUSES[step.event]!,
    certainty: step.observed ? 'observed' : 'inferred',
    confirmedBy: step.confirmedBy === 0 ? null : step.confirmedBy,
  };
}

export function spells(own: readonly Step[]): StateSpell[] {
  return own.map((step, i) => {
    const next = own[i + 1];
    return {
      state: STATE_NAMES[step.state]!,
      start: step.time,
      frame: step.frame === 0 ? null : step.frame,
      end: next?.time ?? null,
      endFrame: next === undefined || next.frame === 0 ? null : next.frame,
    };
  });
}

export function fin(c: Connection, e: Endpoint, own: readonly Step[]): FinFacts | null {
  const sent = own.find(isFin);
  if (sent === undefined) return null;
  const acknowledged = own.find((step) => step.event === RECEIVED_ACK_OF_FIN);
  const repeats = (e === c.client ? c.oddities?.clientFins : c.oddities?.serverFins) ?? [];
  return {
    first: sighting(sent),
    count: e.fins,
    acknowledged: acknowledged === undefined ? null : sighting(acknowledged),
    frames: [sent.frame, ...repeats.map((repeat) => repeat.frame)],
  };
}

function isFin({ event }: Step): boolean {
  return event === SENT_FIN || event === MISSED_FIN;
}

function sighting(step: Step): Sighting {
  return { frame: step.frame, time: step.time };
}

export function handshake(
  c: Connection,
  client: readonly Step[],
  server: readonly Step[],
  usualRtt: number | null,
): HandshakeFacts {
  const odd: Oddities | null = c.oddities;
  const syn = client.find((step) => step.event === SENT_SYN);
  const synAck = server.find((step) => step.event === SENT_SYN_ACK);
  const established = server.find((step) => step.state === ESTABLISHED);
  const serverRtt = c.serverHalfMicros < 0 ? null : c.serverHalfMicros / 1e6;
  const clientRtt = c.clientHalfMicros < 0 ? null : c.clientHalfMicros / 1e6;
  return {
    syns: syn === undefined ? [] : [sighting(syn), ...(odd?.syns ?? [])],
    synCount: c.client.syns,
    synAcks: synAck === undefined ? [] : [sighting(synAck), ...(odd?.synAcks ?? [])],
    synAckCount: c.server.syns,
    ack: established === undefined || established.frame === 0 ? null : sighting(established),
    synAcksAfterAck: odd?.synAcksAfterAck ?? 0,
    rtt: serverRtt === null || clientRtt === null ? null : (c.serverHalfMicros + c.clientHalfMicros) / 1e6,
    clientRtt,
    serverRtt,
    ...(usualRtt === null ? {} : { usualRtt }),
    refused: odd?.refused ?? null,
    wrongAck: odd?.wrongAck ?? null,
    simultaneous: odd?.simultaneous ?? false,
    isnChanged: odd?.isnChanged ?? null,
    synData: odd?.synData ?? null,
    earlyData: odd?.earlyData ?? null,
  };
}

/** Who closed, and how: by the first FIN or RST of the timeline; `both` when the FINs crossed. */
export function closing(all: readonly Step[]): { closedBy: Side | 'both' | null; closeKind: 'fin' | 'reset' | 'open' } {
  const fins = all.filter(isFin);
  const reset = all.find((step) => step.event === SENT_RST || step.event === RECEIVED_RST);
  const [first] = fins;
  if (first === undefined) {
    if (reset === undefined) return { closedBy: null, closeKind: 'open' };
    const sender = reset.event === SENT_RST ? reset.side : reset.side === 'client' ? 'server' : 'client';
    return { closedBy: sender, closeKind: 'reset' };
  }
  const crossed = all.some((step) => STATE_NAMES[step.state] === 'CLOSING');
  const aborted = reset !== undefined && secondsBetween(first.time, reset.time) >= 0 && fins.length < 2;
  return { closedBy: crossed ? 'both' : first.side, closeKind: aborted ? 'reset' : 'fin' };
}
