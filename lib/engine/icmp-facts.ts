import { addressText } from '../facts/address.ts';
import type { IcmpFacts, Side } from '../facts/connection.ts';
import { momentOf } from '../facts/moment.ts';
import type { IcmpError } from '../packet/icmp-error.ts';

/** ICMP "destination unreachable" by code (RFC 792, RFC 1812 5.2.7.1). */
const UNREACHABLE: readonly string[] = [
  'network unreachable',
  'host unreachable',
  'protocol unreachable',
  'port unreachable',
  'fragmentation needed',
  'source route failed',
  'network unknown',
  'host unknown',
  'source host isolated',
  'network prohibited',
  'host prohibited',
  'network unreachable for this type of service',
  'host unreachable for this type of service',
  'communication prohibited',
  'host precedence violation',
  'precedence cut-off',
];

/** ICMPv6 "destination unreachable" by code (RFC 4443 3.1). */
const UNREACHABLE_V6: readonly string[] = [
  'no route',
  'communication prohibited',
  'beyond scope of source address',
  'address unreachable',
  'port unreachable',
  'source address failed policy',
  'route rejected',
];

function describe(icmp: IcmpError): string {
  const { ipVersion, type, code } = icmp;
  if (ipVersion === 4) {
    if (type === 3) return UNREACHABLE[code] ?? `unreachable, code ${code}`;
    if (type === 4) return 'source quench';
    if (type === 5) return 'redirect';
    if (type === 11) return code === 0 ? 'time to live exceeded' : 'fragment reassembly time exceeded';
    if (type === 12) return 'parameter problem';
  } else {
    if (type === 1) return UNREACHABLE_V6[code] ?? `unreachable, code ${code}`;
    if (type === 2) return 'packet too big';
    if (type === 3) return code === 0 ? 'hop limit exceeded' : 'fragment reassembly time exceeded';
    if (type === 4) return 'parameter problem';
  }
  return `ICMP type ${type}, code ${code}`;
}

/**
 * Errors with which hosts give up a connection attempt: any "unreachable" but "fragmentation needed", and "time exceeded"
 * (Linux does so; a stack that keeps to RFC 9293 3.9.2.2 and goes on betrays itself by the next SYN).
 */
export function endsAttempt(icmp: IcmpError): boolean {
  return icmp.ipVersion === 4
    ? (icmp.type === 3 && icmp.code !== 4) || icmp.type === 11
    : icmp.type === 1 || icmp.type === 3;
}

/** Errors that refuse a connection attempt: a host takes "port unreachable" as a refusal (RFC 9293 3.9.2.2). */
export function refusesAttempt(icmp: IcmpError): boolean {
  return icmp.ipVersion === 4 ? icmp.type === 3 && icmp.code === 3 : icmp.type === 1 && icmp.code === 4;
}

export function icmpFacts(icmp: IcmpError, about: Side): IcmpFacts {
  return {
    frame: icmp.frame,
    time: momentOf(icmp),
    what: describe(icmp),
    type: icmp.type,
    code: icmp.code,
    mtu: icmp.mtu,
    address: addressText(icmp.ipVersion, icmp.srcA, icmp.srcB, icmp.srcC, icmp.srcD),
    about,
  };
}
