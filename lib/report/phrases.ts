/** Numbers as people read them: digits in groups, and a unit that keeps two or three figures. */

/** `1234567` -> `1,234,567`. */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1 connection`, `1,204 connections`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(n)} ${n === 1 ? noun : plural}`;
}

/** Seconds with a unit: `850 µs`, `12.3 ms`, `4.25 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const s = Math.abs(seconds);
  if (s === 0) {
    return '0 s';
  }
  if (s < 0.9995e-3) {
    return `${sign}${figures(s * 1e6)} µs`;
  }
  if (s < 0.9995) {
    return `${sign}${figures(s * 1e3)} ms`;
  }
  if (s < 119.95) {
    return `${sign}${figures(s)} s`;
  }
  const whole = Math.round(s);
  if (whole < 7200) {
    return sign + pair(whole, 60, 'min', 's');
  }
  if (whole < 172_800) {
    return sign + pair(Math.round(whole / 60), 60, 'h', 'min');
  }
  return sign + pair(Math.round(whole / 3600), 24, 'd', 'h');
}

function pair(n: number, base: number, big: string, small: string): string {
  const rest = n % base;
  return rest === 0 ? `${Math.floor(n / base)} ${big}` : `${Math.floor(n / base)} ${big} ${rest} ${small}`;
}

/** Three figures at most, no zeros behind the point: `0.123`, `1.5`, `12.3`, `850`. */
function figures(n: number): string {
  return n >= 100 ? String(Math.round(n)) : String(Number(n.toPrecision(3)));
}

const SIZES = ['kB', 'MB', 'GB', 'TB'];

/** `1,460 bytes`, `14.6 kB`, `2.3 MB` (powers of 1,000). */
export function size(bytes: number): string {
  if (bytes < 10_000) {
    return count(bytes, 'byte');
  }
  let scaled = bytes / 1000;
  let unit = 0;
  while (scaled >= 999.5 && unit < SIZES.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${figures(scaled)} ${SIZES[unit]}`;
}

/** As `size`, for narrow places: `512 B`, `1.2 kB`. */
export function shortSize(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : bytes < 10_000 ? `${figures(bytes / 1000)} kB` : size(bytes);
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** `203.0.113.5:80`, `[2001:db8::1]:80`. */
export function socket(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Names of the field, which keep their capitals. */
const NAMES = /\b(syn acks?|syns?|fins?|rsts?|acks?|rtts?|rto|mss|ttls?|ip|icmp|tcp|sack|isn)\b/g;

/** `camelCaseWords` -> `camel case words`, `synAcksSent` -> `SYN-ACKs sent`. */
export function words(name: string): string {
  return name
    .replace(/[A-Z]+/g, (c) => ` ${c.toLowerCase()}`)
    .replace(NAMES, (found) =>
      found
        .replace(' ', '-')
        .toUpperCase()
        .replace(/S$/, found === 'mss' ? 'S' : 's'),
    );
}
