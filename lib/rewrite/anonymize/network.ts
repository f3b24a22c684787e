import type { HeaderRule } from './rule.ts';

// IPv4 options (RFC 791 3.1): those whose contents are addresses, after a pointer, and those without any.
const ROUTES: ReadonlySet<number> = new Set([7, 131, 137]);
const ROUTER_ALERT = 148;
const ROUTER_ALERT_LENGTH = 4;
const LENGTHLESS: ReadonlySet<number> = new Set([0, 1]);

export const ipv4Rule: HeaderRule = (r, { start, end }) => {
  // IPv6 under IPv4's number has a rule of its own.
  if (start === end) return true;
  const headerEnd = start + ((r.before[start]! & 0xf) << 2);
  if (headerEnd !== end) return false;
  r.keep(start, start + 12);
  r.ipv4(start + 12);
  r.ipv4(start + 16);
  r.checksum(start + 10, start, headerEnd);
  for (let at = start + 20; at < headerEnd; ) {
    const kind = r.before[at]!;
    const length = LENGTHLESS.has(kind) ? 1 : (r.before[at + 1] ?? 0);
    if (length === 0 || at + length > headerEnd) break;
    r.keep(at, at + Math.min(2, length));
    if (kind === 0) break;
    if (ROUTES.has(kind)) {
      r.keep(at + 2, at + 3);
      for (let hop = at + 3; hop + 4 <= at + length; hop += 4) r.ipv4(hop);
    } else if (kind === ROUTER_ALERT && length === ROUTER_ALERT_LENGTH) {
      r.keep(at, at + length);
    }
    at += length;
  }
  return true;
};

export const ipv6Rule: HeaderRule = (r, { start, end }) => {
  if (end - start !== 40) return false;
  r.keep(start, start + 8);
  r.ipv6(start + 8);
  r.ipv6(start + 24);
  return true;
};

// Options of IPv6 extension headers (iana.org/assignments/ipv6-parameters).
const PAD1 = 0;
const HOME_ADDRESS = 0xc9;
/** Those that tell nobody, by length: router alert, jumbo payload. */
const TELLING_NOTHING: ReadonlyMap<number, number> = new Map([
  [0x05, 4],
  [0xc2, 6],
]);

export const ipv6OptionsRule: HeaderRule = (r, { start, end }) => {
  r.keep(start, start + 2);
  for (let at = start + 2; at + 1 < end; ) {
    const kind = r.before[at]!;
    if (kind === PAD1) {
      at++;
      continue;
    }
    const next = at + 2 + r.before[at + 1]!;
    if (next > end) break;
    r.keep(at, at + 2);
    if (kind === HOME_ADDRESS && next - at === 18) r.ipv6(at + 2);
    else if (TELLING_NOTHING.get(kind) === next - at) r.keep(at, next);
    at = next;
  }
  return true;
};

const ADDRESS_ROUTES: ReadonlySet<number> = new Set([0, 2, 4]);

/** Addresses after 8 bytes; what stands behind those that a segment route counts is cleared. */
export const routingRule: HeaderRule = (r, { start, end }) => {
  r.keep(start, start + 8);
  if (!ADDRESS_ROUTES.has(r.before[start + 2]!)) return true;
  const counted = r.before[start + 2] === 4 ? start + 8 + 16 * (r.before[start + 4]! + 1) : end;
  for (let at = start + 8; at + 16 <= Math.min(end, counted); at += 16) r.ipv6(at);
  return true;
};
