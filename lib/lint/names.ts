import { networkOf, parseAddress, printAddress, sharesPrefix } from '../facts/address.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import { isObject } from './read.ts';

/** The name of an endpoint, undefined for none. `own`: what the capture itself calls the address. */
export type NameOf = (address: string, port: number, own?: string) => string | undefined;

/** The connection with the names of its endpoints. `own`: what the capture calls addresses. */
export function namedConnection(
  facts: ConnectionFacts,
  nameOf: NameOf,
  own: ReadonlyMap<string, string>,
): ConnectionFacts {
  const client = nameOf(facts.client.address, facts.client.port, own.get(facts.client.address));
  const server = nameOf(facts.server.address, facts.server.port, own.get(facts.server.address));
  if (client === undefined && server === undefined) return facts;
  return {
    ...facts,
    client: client === undefined ? facts.client : { ...facts.client, name: client },
    server: server === undefined ? facts.server : { ...facts.server, name: server },
  };
}

/** Reads the `names` of a configuration: keys are addresses, networks (`10.0.0.0/8`) and services (`10.0.0.5:443`, `:443`). */
export function parseNames(value: unknown, problems: string[]): { readonly [place: string]: string } {
  if (!isObject(value)) {
    problems.push('"names" must be an object of addresses, networks and services');
    return {};
  }
  for (const [place, name] of Object.entries(value)) {
    if (placeOf(place) === null) {
      problems.push(`names: "${place}" is no address (10.0.0.5), network (10.0.0.0/8) or service (10.0.0.5:443, :443)`);
    } else if (typeof name !== 'string' || name.trim() === '')
      problems.push(`names: the name of "${place}" must be text`);
  }
  return value as { readonly [place: string]: string };
}

/** Reads a file in the form of /etc/hosts: an address, its name, other names of it, a comment behind #. The first name counts. */
export function parseHosts(text: string): { readonly [address: string]: string } {
  const names: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [address = '', name] = line.replace(/#.*/, '').trim().split(/\s+/);
    const place = name === undefined ? null : parseAddress(address);
    if (place !== null) names[printAddress(place)] ??= name!;
  }
  return names;
}

/**
 * Who is called what. The more particular wins: a service, a host by the configuration, by the hosts file, by the capture
 * itself, a network (the smallest).
 */
export function nameOf(
  names: { readonly [place: string]: string },
  hosts: { readonly [address: string]: string } = {},
): NameOf {
  const exact = new Map<string, string>();
  const networks: { readonly address: readonly number[]; readonly bits: number; readonly name: string }[] = [];
  for (const [key, name] of Object.entries(names)) {
    const place = placeOf(key);
    if (place === null) continue;
    if ('bits' in place) networks.push({ ...place, name });
    else exact.set(`${place.address}|${place.port ?? ''}`, name);
  }
  networks.sort((a, b) => b.bits - a.bits);
  if (exact.size + networks.length + Object.keys(hosts).length === 0) return (_address, _port, own) => own;
  const networkName = (text: string): string | undefined => {
    const address = networks.length === 0 ? null : parseAddress(text);
    return address === null ? undefined : networks.find((net) => sharesPrefix(address, net.address, net.bits))?.name;
  };
  return (address, port, own) =>
    exact.get(`${address}|${port}`) ??
    exact.get(`${address}|`) ??
    (Object.hasOwn(hosts, address) ? hosts[address] : undefined) ??
    own ??
    exact.get(`|${port}`) ??
    networkName(address);
}

type Place =
  | { readonly address: readonly number[]; readonly bits: number }
  | { readonly address: string; readonly port: number | null };

/** What a key of `names` stands for: a network, a host (port null) or a service (address empty for any host's). */
function placeOf(key: string): Place | null {
  const [, network, prefix] = /^([^/]+)\/(\d{1,3})$/.exec(key) ?? [];
  if (network !== undefined) {
    const address = parseAddress(network);
    const bits = Number(prefix);
    return address === null || bits > 8 * address.length ? null : { address: networkOf(address, bits), bits };
  }
  const host = parseAddress(key);
  if (host !== null) return { address: printAddress(host), port: null };
  const [, six, four, port] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(key) ?? [];
  if (port === undefined || Number(port) > 65_535) return null;
  const written = six ?? four ?? '';
  if (written === '') return { address: '', port: Number(port) };
  const address = parseAddress(written);
  return address === null ? null : { address: printAddress(address), port: Number(port) };
}
