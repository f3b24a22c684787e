import type { KeyedHash } from './keyed.ts';

/**
 * Prefix-preserving mapping of addresses, as Crypto-PAn (Xu, Fan, Ammar, Moon 2002) has it: two addresses that share
 * their first n bits share the first n bits of what they are mapped to, and no more. A bit is turned or not by a keyed
 * function of the bits before it.
 *
 * Blocks with a meaning of their own (RFC 6890) map to themselves, so that private stays private and nothing else turns
 * into multicast: above them no bit is turned. What that tells of an address is the block it is in, or next to.
 */
interface Block {
  readonly prefix: readonly number[];
  readonly bits: number;
  /** Its addresses name no host: they stay as they are. */
  readonly fixed: boolean;
}

const block = (prefix: readonly number[], bits: number, fixed = false): Block => ({ prefix, bits, fixed });

const BLOCKS_V4: readonly Block[] = [
  block([0], 8, true),
  block([10], 8),
  block([127], 8, true),
  block([169, 254], 16),
  block([172, 16], 12),
  block([192, 168], 16),
  block([224], 3, true), // multicast, reserved, broadcast
];

const BLOCKS_V6: readonly Block[] = [
  block(new Array(16).fill(0), 127, true), // unspecified and loopback
  block([0x20, 0x01, 0, 0], 32), // Teredo, which is known by it
  block([0x20, 0x01, 0x0d, 0xb8], 32), // documentation
  block([0x20, 0x02], 16), // 6to4
  block([0xfc], 7), // unique local
  block([0xfe, 0x80], 10), // link-local
  block([0xff], 8), // multicast
];

/** Between `::ffff:0:0/96` and 64:ff9b::/96, and the IPv4 address that ends them. */
const V4_INSIDE: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff],
  [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0],
];
/** `ff02::1:ff00:0/104`: after it stand the last three bytes of a host's address (RFC 4291 2.7.1). */
const SOLICITED_NODE = [0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff];

const ETHER_BROADCAST_FIRST = 0xff;
const GROUP = 0x01;
const LOCAL = 0x02;

/** Most mappings remembered: beyond, all are forgotten and made anew, the same. */
const MOST_REMEMBERED = 1 << 16;

export class AddressMap {
  private readonly hash: KeyedHash;
  private readonly v4 = new Map<number, number>();
  private readonly others = new Map<string, Uint8Array>();
  private readonly turns = new Map<string, Uint8Array>();

  constructor(hash: KeyedHash) {
    this.hash = hash;
  }

  /** An IPv4 address as an int32. */
  ipv4(address: number): number {
    const known = this.v4.get(address);
    if (known !== undefined) return known;
    const from = Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
    const to = this.turn(from, BLOCKS_V4, 4);
    const mapped = (to[0]! << 24) | (to[1]! << 16) | (to[2]! << 8) | to[3]!;
    return remember(this.v4, address, mapped);
  }

  /** An IPv6 address, 16 bytes. Lent: not to be changed. */
  ipv6(address: Uint8Array): Uint8Array {
    const name = `6 ${address.join()}`;
    return this.others.get(name) ?? remember(this.others, name, this.mapIpv6(address));
  }

  /** A MAC address, 6 bytes. Groups stay what they are; the maker of a card is not told. */
  mac(address: Uint8Array): Uint8Array {
    const name = `m ${address.join()}`;
    return this.others.get(name) ?? remember(this.others, name, this.mapMac(address));
  }

  /** Any other identity, of any length: equal ones stay equal, and different ones different. Zeroes stay zeroes. */
  opaque(identity: Uint8Array): Uint8Array {
    return identity.every((byte) => byte === 0) ? identity : this.turn(identity, [], 0);
  }

  private mapIpv6(address: Uint8Array): Uint8Array {
    const to = this.turn(address, BLOCKS_V6, 6);
    if (V4_INSIDE.some((prefix) => begins(address, prefix))) {
      to.set(address.subarray(0, 12));
      const view = new DataView(to.buffer);
      view.setInt32(12, this.ipv4(new DataView(address.buffer, address.byteOffset).getInt32(12)));
    } else if (address[0] === 0xff) {
      // A group's flags and scope stay; its name too if it is a number of the registry.
      const registered = address.subarray(2, 12).every((byte) => byte === 0);
      const solicited = begins(address, SOLICITED_NODE);
      to.set(address.subarray(0, registered ? 16 : solicited ? SOLICITED_NODE.length : 2));
    }
    return to;
  }

  private mapMac(address: Uint8Array): Uint8Array {
    const first = address[0]!;
    if ((first & GROUP) !== 0) {
      // The group of a solicited node ends like that host's address (RFC 2464 7).
      const solicited = first === 0x33 && address[1] === 0x33 && address[2] === ETHER_BROADCAST_FIRST;
      if (!solicited) return address.slice();
      const to = address.slice();
      to.set(this.opaque(address.subarray(3)), 3);
      return to;
    }
    if (address.every((byte) => byte === 0)) return address.slice();
    const to = this.hash(tagged('m', address)).slice(0, 6);
    to[0] = (to[0]! & ~GROUP) | LOCAL;
    return to;
  }

  /**
   * Byte by byte: one hash of the bytes before decides about all the eight bits of the next, whose 255 possible
   * beginnings (none, 0, 1, 00, 01...) each have a bit of it.
   */
  private turn(address: Uint8Array, blocks: readonly Block[], version: number): Uint8Array {
    const to = address.slice();
    if (blocks.some((each) => each.fixed && inside(address, each.prefix, each.bits))) return to;
    for (let i = 0; i < address.length; i++) {
      const before = address.subarray(0, i);
      const turns = this.turnsAfter(before, version);
      for (let bit = 0; bit < 8; bit++) {
        const depth = i * 8 + bit;
        if (blocks.some((each) => depth < each.bits && inside(address, each.prefix, depth))) continue;
        const beginning = (1 << bit) - 1 + (address[i]! >>> (8 - bit));
        if (turns[beginning >>> 3]! & (1 << (beginning & 7))) to[i]! ^= 0x80 >>> bit;
      }
    }
    return to;
  }

  private turnsAfter(before: Uint8Array, version: number): Uint8Array {
    const name = `${version} ${before.join()}`;
    return this.turns.get(name) ?? remember(this.turns, name, this.hash(tagged(String(version), before)));
  }
}

/** The first `bits` bits of the address are those of `prefix`, which is filled up with zeroes. */
function inside(address: Uint8Array, prefix: readonly number[], bits: number): boolean {
  const whole = bits >>> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== (prefix[i] ?? 0)) return false;
  const rest = 8 - (bits & 7);
  return rest === 8 || address[whole]! >>> rest === (prefix[whole] ?? 0) >>> rest;
}

function begins(address: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, i) => address[i] === byte);
}

/** Hashes of different kinds of things have nothing to do with one another. */
function tagged(kind: string, bytes: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + bytes.length);
  input[0] = kind.charCodeAt(0);
  input.set(bytes, 1);
  return input;
}

function remember<K, V>(known: Map<K, V>, key: K, value: V): V {
  if (known.size >= MOST_REMEMBERED) known.clear();
  known.set(key, value);
  return value;
}
