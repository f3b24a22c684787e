/** Streams that a filter still lists one by one; more are named by the service's address and port. */
const MOST_STREAMS = 16;

/** A Wireshark display filter for some streams, or for a service where they are too many or not all known. */
export function displayFilter(
  streams: readonly number[],
  complete: boolean,
  service: { readonly address: string; readonly port: number | null },
): string {
  if (complete && streams.length === 1) return `tcp.stream eq ${streams[0]}`;
  if (complete && streams.length > 0 && streams.length <= MOST_STREAMS) return `tcp.stream in {${streams.join(', ')}}`;
  if (service.address === '') return 'tcp';
  const host = `${service.address.includes(':') ? 'ipv6' : 'ip'}.addr == ${service.address}`;
  return service.port === null || service.port === 0 ? `tcp and ${host}` : `${host} and tcp.port == ${service.port}`;
}
