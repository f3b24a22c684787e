import type { Forgotten } from './capture.ts';

/** How numbers, sizes and endpoints are written in sentences, the same in findings and in reports. */

/** `10.0.0.2:80`, `[2001:db8::2]:80`; a name stands beside the address, never instead of it. */
export function at(endpoint: {
  readonly address: string;
  readonly port: number;
  readonly name?: string | undefined;
}): string {
  const { address, port, name } = endpoint;
  return named(socket(address, port), name);
}

/** `10.0.0.2 (db-1)`; without a name the place alone. */
export function named(place: string, name: string | undefined): string {
  return name === undefined ? place : `${place} (${name})`;
}

/** The protocol of an address, as the fields of Wireshark's filters begin. */
export function ipField(address: string): 'ip' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ip';
}

/** `203.0.113.5:80`, `[2001:db8::1]:80`. */
export function socket(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Digits in groups of three: `1234567` -> `1,234,567`. */
export function grouped(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `1 connection`, `1,204 connections`, `1 retry`, `3 retries`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(n)} ${n === 1 ? noun : plural}`;
}

/** `once`, `twice`, `3 times`. */
export function times(n: number): string {
  return n === 1 ? 'once' : n === 2 ? 'twice' : count(n, 'time');
}

/** What was forgotten for want of memory, as a sentence without its full stop. */
export function forgottenText({ limitBytes, connections, tuples, uncounted = 0, firstFrame }: Forgotten): string {
  const ended = connections === 0 ? [] : [`${count(connections, 'connection')} ended early`];
  const gone =
    tuples === 0 ? [] : [`${count(tuples, 'pair')} of address and port ${tuples === 1 ? 'was' : 'were'} forgotten`];
  const left =
    uncounted === 0
      ? []
      : [`${count(uncounted, 'connection')} counted for no service, as there were too many of these`];
  return `To stay within ${size(limitBytes)} of memory for connections, ${list([...ended, ...gone, ...left])} from frame ${firstFrame} on`;
}

/** Seconds with a unit: `850 µs`, `12.3 ms`, `4.25 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const s = Math.abs(seconds);
  if (s === 0) return '0 s';
  if (s < 0.9995e-3) return `${sign}${figures(s * 1e6)} µs`;
  if (s < 0.9995) return `${sign}${figures(s * 1e3)} ms`;
  if (s < 119.95) return `${sign}${figures(s)} s`;
  const whole = Math.round(s);
  if (whole < 7200) return sign + pair(whole, 60, 'min', 's');
  if (whole < 172_800) return sign + pair(Math.round(whole / 60), 60, 'h', 'min');
  return sign + pair(Math.round(whole / 3600), 24, 'd', 'h');
}

function pair(n: number, base: number, big: string, small: string): string {
  const rest = n % base;
  return rest === 0 ? `${Math.floor(n / base)} ${big}` : `${Math.floor(n / base)} ${big} ${rest} ${small}`;
}

/** Three figures at most, no zeros behind the point: `0.123`, `1.5`, `12.3`, `850`. */
export function figures(n: number): string {
  return n >= 100 ? String(Math.round(n)) : String(Number(n.toPrecision(3)));
}

/** `1,460 bytes`, `14.6 kB`, `2.3 MB` (powers of 1,000, as throughput is counted). */
export function size(bytes: number): string {
  return bytes < 10_000 ? count(bytes, 'byte') : scaled(bytes / 1000, ['kB', 'MB', 'GB', 'TB']);
}

/** A rate in bits a second: `1.2 Mbit/s`. */
export function bitRate(bytesPerSecond: number): string {
  return scaled((bytesPerSecond * 8) / 1000, ['kbit/s', 'Mbit/s', 'Gbit/s']);
}

function scaled(value: number, units: readonly string[]): string {
  let scale = value;
  let unit = 0;
  while (scale >= 999.5 && unit < units.length - 1) {
    scale /= 1000;
    unit++;
  }
  return `${figures(scale)} ${units[unit]}`;
}

/** `1.3 %` of a share between 0 and 1. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))} %`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
