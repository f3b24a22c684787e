/** Words that many rules use, so that findings read alike. */

/** `10.0.0.2:80`, `[2001:db8::2]:80`; a name stands beside the address, never instead of it. */
export function at(endpoint: { readonly address: string; readonly port: number; readonly name?: string }): string {
  const host = endpoint.address.includes(':') ? `[${endpoint.address}]` : endpoint.address;
  return `${host}:${endpoint.port}${endpoint.name === undefined ? '' : ` (${endpoint.name})`}`;
}

/** A duration at the precision a reader can use: `230 µs`, `35 ms`, `1.24 s`, `12 min 4 s`. */
export function duration(seconds: number): string {
  // Less than none is what a clock makes of it that stepped back; `capture-clock` tells of that.
  if (seconds < 0.001) return `${Math.max(0, Math.round(seconds * 1e6))} µs`;
  if (seconds < 0.9995) return `${rounded(seconds * 1000)} ms`;
  if (seconds < 119.5) return `${rounded(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 7200) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Three digits at most, no zeros behind the point. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(value >= 100 ? Math.ceil(Math.log10(value + 1)) : 3)));
}

/** Digits in groups of three: `28,232`. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 segment`, `12 segments`, `1 retry`, `3 retries`. */
export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(value)} ${value === 1 ? noun : plural}`;
}

/** `512 bytes`, `17.5 kB`, `3.2 MB` (powers of 1,000, as throughput is counted). */
export function size(bytes: number): string {
  if (bytes < 10_000) return count(bytes, 'byte');
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${rounded(value)} ${units[unit]}`;
}

/** A rate in bits a second: `1.2 Mbit/s`. */
export function bitRate(bytesPerSecond: number): string {
  const bits = bytesPerSecond * 8;
  if (bits < 1e6) return `${rounded(bits / 1e3)} kbit/s`;
  if (bits < 1e9) return `${rounded(bits / 1e6)} Mbit/s`;
  return `${rounded(bits / 1e9)} Gbit/s`;
}

/** `1.3 %` of a share between 0 and 1. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))} %`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
