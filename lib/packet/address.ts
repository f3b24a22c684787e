/** Addresses between their four int32s (as in `Segment`) and text. */
export interface Address {
  readonly ipVersion: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** Dotted decimal for IPv4; for IPv6 the one canonical text of RFC 5952. */
export function addressText(ipVersion: number, a: number, b: number, c: number, d: number): string {
  return ipVersion === 6 ? ipv6Text(a, b, c, d) : ipv4Text(d);
}

export function ipv4Text(d: number): string {
  return `${d >>> 24}.${(d >>> 16) & 0xff}.${(d >>> 8) & 0xff}.${d & 0xff}`;
}

export function ipv6Text(a: number, b: number, c: number, d: number): string {
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

/** An address from any of its usual texts (RFC 4291 2.2), or null. */
export function parseAddress(text: string): Address | null {
  if (!text.includes(':')) {
    const d = parseIpv4(text);
    return d === null ? null : { ipVersion: 4, a: 0, b: 0, c: 0, d };
  }
  const groups = parseGroups(text);
  if (groups === null) return null;
  const word = (i: number) => (groups[i]! << 16) | groups[i + 1]!;
  return { ipVersion: 6, a: word(0), b: word(2), c: word(4), d: word(6) };
}

function parseIpv4(text: string): number | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  let address = 0;
  for (let i = 1; i <= 4; i++) {
    const byte = Number(match[i]);
    if (byte > 255) return null;
    address = (address << 8) | byte;
  }
  return address;
}

/** The eight groups of an IPv6 address, or null. */
function parseGroups(text: string): number[] | null {
  let hex = text;
  const dotted = /[^:]*\.[^:]*$/.exec(text);
  if (dotted !== null) {
    const d = parseIpv4(dotted[0]);
    if (d === null) return null;
    hex = `${text.slice(0, dotted.index)}${(d >>> 16).toString(16)}:${(d & 0xffff).toString(16)}`;
  }
  const halves = hex.split('::');
  if (halves.length > 2) return null;
  const [left, right] = halves.map((half) => (half === '' ? [] : half.split(':').map(parseGroup))) as [
    number[],
    number[] | undefined,
  ];
  const missing = 8 - left.length - (right?.length ?? 0);
  if (right === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...new Array<number>(missing).fill(0), ...(right ?? [])];
  return groups.some(Number.isNaN) ? null : groups;
}

function parseGroup(group: string): number {
  return /^[0-9a-fA-F]{1,4}$/.test(group) ? Number.parseInt(group, 16) : Number.NaN;
}
