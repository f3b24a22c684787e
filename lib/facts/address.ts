/**
 * IP addresses: as text, as facts tell them; as four int32s, the first bytes in `a`, as segments hold them; and as 4 or 16
 * bytes, where bits are compared.
 */

/** Dotted decimal for IPv4, which is all in `d`; for IPv6 the one canonical text of RFC 5952. */
export function addressText(ipVersion: number, a: number, b: number, c: number, d: number): string {
  return ipVersion === 6 ? ipv6Text(a, b, c, d) : ipv4Text(d);
}

function ipv4Text(d: number): string {
  return `${d >>> 24}.${(d >>> 16) & 0xff}.${(d >>> 8) & 0xff}.${d & 0xff}`;
}

function ipv6Text(a: number, b: number, c: number, d: number): string {
  // IPv4-mapped addresses keep the dotted form (RFC 5952 5).
  if (a === 0 && b === 0 && c === 0xffff) return `::ffff:${ipv4Text(d)}`;
  const groups = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff, c >>> 16, c & 0xffff, d >>> 16, d & 0xffff];
  // The longest run of zeroes is left out, the first of equals, never a single one (RFC 5952 4.2).
  let [longest, longestLength] = [0, 1];
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > longestLength) [longest, longestLength] = [i, length];
    i += length;
  }
  const words = groups.map((group) => group.toString(16));
  if (longestLength === 1) return words.join(':');
  return `${words.slice(0, longest).join(':')}::${words.slice(longest + longestLength).join(':')}`;
}

/** The text of an address in bytes. */
export function printAddress(bytes: readonly number[]): string {
  const word = (at: number): number =>
    (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  return bytes.length === 4 ? ipv4Text(word(0)) : ipv6Text(word(0), word(4), word(8), word(12));
}

/** The bytes of an address in any of its usual texts (RFC 4291 2.2), or null. */
export function parseAddress(text: string): number[] | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): number[] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  const bytes = match.slice(1).map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

/** RFC 4291 2.2: eight groups, `::` for a run of zeros, the last 32 bits perhaps in IPv4's form. */
function parseIpv6(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : [];
  if (head === null || tail === null) return null;
  const zeros = 16 - head.length - tail.length;
  if (halves.length === 1 ? zeros !== 0 : zeros < 2) return null;
  return [...head, ...new Array<number>(zeros).fill(0), ...tail];
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return [];
  const groups = text.split(':');
  if (groups.length > 8) return null;
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      const ipv4 = mayEndInIpv4 && index === groups.length - 1 ? parseIpv4(group) : null;
      if (ipv4 === null) return null;
      bytes.push(...ipv4);
    }
  }
  return bytes.length <= 16 ? bytes : null;
}

/** The first `bits` bits of both are equal; never so for an IPv4 and an IPv6 address. */
export function sharesPrefix(a: readonly number[], b: readonly number[], bits: number): boolean {
  if (a.length !== b.length) return false;
  const whole = bits >> 3;
  for (let index = 0; index < whole; index++) if (a[index] !== b[index]) return false;
  const rest = bits & 7;
  return rest === 0 || (a[whole]! ^ b[whole]!) >> (8 - rest) === 0;
}

/** The address with all bits below the prefix cleared. */
export function networkOf(address: readonly number[], bits: number): number[] {
  return address.map((byte, index) => {
    const kept = Math.max(0, Math.min(8, bits - 8 * index));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
}
