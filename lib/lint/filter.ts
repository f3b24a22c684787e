import type { FindingEndpoint } from '../facts/finding.ts';
import { ipField } from '../facts/wording.ts';

/** Streams that a filter still lists one by one; more are named by the service's address and port. */
const MOST_STREAMS = 16;

/** A Wireshark display filter for what a client and a service have with each other, or for the first of the endpoints. */
export function endpointsFilter(endpoints: readonly FindingEndpoint[]): string {
  const [first = { address: '', port: null }, second] = endpoints;
  if (first.address === '' || second?.role !== 'server') return displayFilter([], false, first);
  return `${addressIs(first.address)} and ${displayFilter([], false, second)}`;
}

function addressIs(address: string): string {
  return `${ipField(address)}.addr == ${address}`;
}

/** A Wireshark display filter for some streams, or for a service where they are too many or not all known. */
export function displayFilter(
  streams: readonly number[],
  complete: boolean,
  service: { readonly address: string; readonly port: number | null },
): string {
  if (complete && streams.length === 1) return `tcp.stream eq ${streams[0]}`;
  if (complete && streams.length > 0 && streams.length <= MOST_STREAMS) return `tcp.stream in {${streams.join(', ')}}`;
  if (service.address === '') return 'tcp';
  const host = addressIs(service.address);
  return service.port === null || service.port === 0 ? `tcp and ${host}` : `${host} and tcp.port == ${service.port}`;
}
