import { ETHERTYPE, IPV4 } from '../../packet/keys.ts';
import type { Rewriting } from './rewriting.ts';
import type { HeaderRule } from './rule.ts';

/** Nothing in it tells who. */
export const keep: HeaderRule = (r, { start, end }) => {
  r.keep(start, end);
  return true;
};

/** The first bytes tell what is needed; the others are cleared. */
export const keepFirst =
  (count: number): HeaderRule =>
  (r, { start, end }) => {
    r.keep(start, Math.min(start + count, end));
    return true;
  };

/** Behind a length and two types the name of an interface: another one, for packets of two interfaces must stay apart. */
export const packetTapRule: HeaderRule = (r, { start, end }) => {
  r.keep(start, Math.min(start + 12, end));
  if (end - start >= 36) r.opaque(start + 12, start + 36);
  return true;
};

export const ethernetRule: HeaderRule = (r, { start, end }) => {
  // Cisco's ISL around it is another header.
  if (end - start !== 14) return false;
  r.mac(start);
  r.mac(start + 6);
  r.keep(start + 12, end);
  return true;
};

/** An address of a link, of which `length` bytes count in a field of 8: MAC or IP, by length. */
function linkAddress(r: Rewriting, at: number, length: number): void {
  if (length === 6) r.mac(at);
  else if (length === 4) r.ipv4(at);
  else r.opaque(at, at + 8);
  if (length === 4 || length === 6) r.opaque(at + length, at + 8);
}

export const cookedRule: HeaderRule = (r, { start, end }) => {
  if (end - start !== 16) return false;
  r.keep(start, start + 6);
  linkAddress(r, start + 6, r.u16(start + 4));
  r.keep(start + 14, end);
  return true;
};

export const cooked2Rule: HeaderRule = (r, { start, end }) => {
  if (end - start !== 20) return false;
  r.keep(start, start + 12);
  linkAddress(r, start + 12, r.before[start + 11]!);
  return true;
};

const WLAN_BOTH_SYSTEMS = 3;

/** Frame control, duration, three addresses, sequence, a fourth address; quality of service. */
export function wlanRule(flagsAt: number): HeaderRule {
  return (r, { start, end }) => {
    const four = (r.before[start + flagsAt]! & WLAN_BOTH_SYSTEMS) === WLAN_BOTH_SYSTEMS;
    const fixed = start + (four ? 30 : 24);
    // What is longer has the addresses of a mesh.
    if (end < fixed || end > fixed + 8) return false;
    r.keep(start, start + 4);
    for (const at of [4, 10, 16]) r.mac(start + at);
    r.keep(start + 22, start + 24);
    if (four) r.mac(start + 24);
    r.keep(fixed, end);
    return true;
  };
}

/** Two addresses of `length` bytes each after the first `at`; the rest tells nobody. */
export function addressesRule(at: number, length: number): HeaderRule {
  return (r, { start, end }) => {
    const first = start + at;
    const rest = first + 2 * length;
    if (end < rest) return false;
    r.keep(start, first);
    for (const address of [first, first + length]) {
      if (length === 6) r.mac(address);
      else r.opaque(address, address + length);
    }
    r.keep(rest, end);
    return true;
  };
}

const SECURE_CHANNEL = 16;

/** MACsec (IEEE 802.1AE 9.3): its secure channel, if told, is a MAC address and a port. */
export const macsecRule: HeaderRule = (r, { start, end }) => {
  if (end - start < 8) return false;
  r.keep(start, end);
  if (end - start === SECURE_CHANNEL) r.mac(start + 6);
  return true;
};

/** Netfilter's log: of its values only types and lengths; they must fit one into another, in one byte order. */
export const netfilterLogRule: HeaderRule = (r, { start, end }) => {
  for (const [low, high] of [
    [0, 1],
    [1, 0],
  ] as const) {
    let at = start + 4;
    while (at < end - 4) {
      const length = r.before[at + low]! | (r.before[at + high]! << 8);
      if (length < 4) break;
      at += (length + 3) & ~3;
    }
    if (at !== end - 4) continue;
    r.keep(start, start + 4);
    for (at = start + 4; at <= end - 4; ) {
      r.keep(at, at + 4);
      if (at === end - 4) break;
      at += ((r.before[at + low]! | (r.before[at + high]! << 8)) + 3) & ~3;
    }
    return true;
  }
  return false;
};

/** Six bytes of one address, four of the other. */
const ARP_LENGTHS = 0x0604;

/** ARP (RFC 826) of Ethernet and IPv4: kinds, lengths, operation, then both ends' addresses. */
export const arpRule: HeaderRule = (r, { start, dataEnd }) => {
  const isUsual =
    dataEnd - start >= 28 &&
    r.u16(start) === 1 &&
    ETHERTYPE + r.u16(start + 2) === IPV4 &&
    r.u16(start + 4) === ARP_LENGTHS;
  if (!isUsual) return false;
  r.keep(start, start + 8);
  r.mac(start + 8);
  r.ipv4(start + 14);
  r.mac(start + 18);
  r.ipv4(start + 24);
  return true;
};
