import type { Vantage } from '../../facts/connection.ts';
import type { Connection } from '../connection.ts';
import type { Flow } from '../flow.ts';

/**
 * Where the tap stands: the round trip of a connection falls into two halves at the tap, tap to client and back, and tap
 * to server and back. A half that takes next to nothing is the side on which the tap is.
 */

/** Seconds from the tap to the receiver of `flow` and back, 0 while not known. */
export function halfBeyond(connection: Connection, flow: Flow): number {
  const least = leastMicros(connection, flow);
  if (least !== 0) return least < 0 ? 0 : least / 1e6;
  // Shorter than the clock can tell, and so next to nothing: unless it cannot tell the other half either.
  const { client, server } = connection;
  return leastMicros(connection, flow === client.flow ? server.flow : client.flow) > 0 ? 1e-6 : 0;
}

/** The shortest way beyond the tap and back that was seen, microseconds; -1 before the first. */
function leastMicros(connection: Connection, flow: Flow): number {
  const handshake = flow === connection.client.flow ? connection.serverHalfMicros : connection.clientHalfMicros;
  const sampled = flow.roundTrips.samples === 0 ? -1 : flow.roundTrips.min;
  return sampled < 0 ? handshake : handshake < 0 ? sampled : Math.min(sampled, handshake);
}

/** The whole round trip as the tap saw it, seconds; 0 while a half is not known. */
export function roundTripOf(connection: Connection, flow: Flow, back: Flow): number {
  const beyond = halfBeyond(connection, flow);
  const behind = halfBeyond(connection, back);
  return beyond === 0 || behind === 0 ? 0 : beyond + behind;
}

/** Round trips vary, and the least one seen may be one of few: this share of it still counts as one. */
export const NEARLY = 0.75;
/** A host answers within this time (interrupt, stack, capture): a longer half crosses a network. Seconds. */
export const HOST_ANSWERS = 0.001;
/** A half is next to nothing if the other is this many times longer. */
const MUCH_LONGER = 4;

/** The tap stands beside the receiver of `flow`: its answers come at once. */
export function isBeside(connection: Connection, flow: Flow): boolean {
  const beyond = halfBeyond(connection, flow);
  return beyond > 0 && beyond < HOST_ANSWERS;
}

/** The tap stands at the receiver of `flow`: what passes here arrives. */
export function atReceiver(connection: Connection, flow: Flow, back: Flow): boolean {
  const beyond = halfBeyond(connection, flow);
  const behind = halfBeyond(connection, back);
  return beyond > 0 && behind > 0 && beyond < HOST_ANSWERS && beyond * MUCH_LONGER < behind;
}

export function vantageOf(connection: Connection): Vantage {
  const client = connection.client.flow;
  const server = connection.server.flow;
  if (atReceiver(connection, server, client)) return 'client';
  if (atReceiver(connection, client, server)) return 'server';
  const toServer = halfBeyond(connection, client);
  const toClient = halfBeyond(connection, server);
  return Math.min(toServer, toClient) >= HOST_ANSWERS ? 'middle' : 'unknown';
}

/**
 * Bytes in flight of `flow` can be judged from this tap: the better part of the round trip lies beyond it, so that what the
 * tap counts as on its way is what the sender counts.
 */
export function flightVisible(connection: Connection, flow: Flow, back: Flow): boolean {
  const beyond = halfBeyond(connection, flow);
  const behind = halfBeyond(connection, back);
  return beyond > 0 && behind > 0 && beyond >= (beyond + behind) / 2;
}
