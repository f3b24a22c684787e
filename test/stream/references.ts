import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gathered } from './gather.ts';

/** Other tools that put streams together, where they are installed. */
export function isInstalled(tool: string): boolean {
  return spawnSync(tool, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Bytes of a direction by `address:port-address:port`, sender first; several where a 4-tuple was used again. */
export type Streams = Map<string, Uint8Array[]>;

function add(streams: Streams, key: string, bytes: Uint8Array): void {
  if (bytes.length > 0) streams.set(key, [...(streams.get(key) ?? []), bytes]);
}

export function keyOf({ of, from }: Gathered): string {
  const [sender, receiver] = from === 'client' ? [of.client, of.server] : [of.server, of.client];
  return `${sender.address}:${sender.port}-${receiver.address}:${receiver.port}`;
}

/** `tshark -z follow,tcp,raw` of the streams with these numbers, in their order. */
export function byTshark(path: string, numbers: readonly number[]): Streams {
  const taps = numbers.flatMap((number) => ['-z', `follow,tcp,raw,${number}`]);
  const text = execFileSync('tshark', ['-r', path, '-q', ...taps], {
    encoding: 'latin1',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const found = new Map<number, [string, Uint8Array][]>();
  for (const block of text.split(/^=+$/m)) {
    const [, number] = /^Filter: tcp\.stream eq (\d+)$/m.exec(block) ?? [];
    const nodes = [...block.matchAll(/^Node \d: (.*)$/gm)].map((match) => match[1]!.replace(/^\[(.*)\]/, '$1'));
    if (number === undefined || nodes.length < 2) continue;
    const lines = block.split('\n').filter((line) => /^\t?[0-9a-f]+$/.test(line));
    const side = (second: boolean) =>
      Buffer.from(
        lines
          .filter((line) => line.startsWith('\t') === second)
          .join('')
          .replaceAll('\t', ''),
        'hex',
      );
    found.set(Number(number), [
      [`${nodes[0]}-${nodes[1]}`, side(false)],
      [`${nodes[1]}-${nodes[0]}`, side(true)],
    ]);
  }
  const streams: Streams = new Map();
  for (const number of numbers) for (const [key, bytes] of found.get(number) ?? []) add(streams, key, bytes);
  return streams;
}

/** tcpflow's files. It knows neither pcapng nor what streams miss: it leaves zeros there. */
export function byTcpflow(path: string): Streams {
  const folder = mkdtempSync(join(tmpdir(), 'tcplint-flows-'));
  try {
    // Its exit code says nothing of what it has written.
    spawnSync('tcpflow', ['-q', '-Z', '-r', path, '-o', folder, '-T', '%A-%a_%B-%b_%N'], {
      stdio: 'ignore',
      timeout: 20_000,
    });
    const streams: Streams = new Map();
    const order = (name: string): number => Number(name.split('_').at(-1));
    const names = readdirSync(folder).filter((name) => /^[^_]+_[^_]+_\d+$/.test(name));
    for (const name of names.sort((a, b) => order(a) - order(b))) {
      const [sender, receiver] = name.split('_').map(endOf);
      add(streams, `${sender}-${receiver}`, readFileSync(join(folder, name)));
    }
    return streams;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `010.091.001.002-08080` -> `10.91.1.2:8080`. */
function endOf(text: string): string {
  const [, address, port] = /^(.*)-(\d+)$/.exec(text) ?? [];
  if (address === undefined) return text;
  const plain = address.includes(':') ? address : address.split('.').map(Number).join('.');
  return `${plain}:${Number(port)}`;
}
