import type { ConnectionFacts } from '../facts/connection.ts';
import { secondsBetween } from '../facts/moment.ts';
import { at, duration } from '../facts/wording.ts';
import type { Draft } from './rule.ts';

/** The client closed after a long silence, with nothing heard since its last request, which had been acknowledged. */
export function givenUp({ client, server, silences, resets }: ConnectionFacts, seconds: number): Draft | null {
  const request = client.lastNewData;
  if (request === null || server.unacknowledged > 0 || server.fin !== null) return null;
  if (server.lastNewData !== null && server.lastNewData.frame > request.frame) return null;
  const ends = [client.fin?.first.frame, ...resets.map(({ from, frame }) => (from === 'client' ? frame : undefined))];
  const silence = silences?.find(
    ({ frame, start, end }) => ends.includes(frame) && secondsBetween(start, end) >= seconds,
  );
  if (silence === undefined) return null;
  const waited = secondsBetween(request.time, silence.end);
  return {
    severity: 'note',
    confidence: 'low',
    message: `Client ${at(client)} closed after waiting ${duration(waited)} for an answer of server ${at(server)}, which had acknowledged the request.`,
    together: `{connections} from {clients} to server ${at(server)} were closed without an answer, after ${duration(waited)} at worst; the requests had been acknowledged.`,
    side: 'server',
    frames: [request.frame, silence.frame],
    start: request.time,
    end: silence.end,
    lowerBound: true,
    impact: { seconds: waited },
    evidence: { waitedSeconds: Number(waited.toFixed(6)) },
    likelyCauses: [
      'The server’s program hangs, or waits for something in turn, for longer than the client does.',
      'The answer was sent, and vanishes before this tap.',
    ],
    nextSteps: [
      'Find the request in the server’s log by its time and client address, and see where its time went.',
      'If the server says that it answered, capture there: `blackhole` and `path-mtu-blackhole` show on its side.',
    ],
  };
}
