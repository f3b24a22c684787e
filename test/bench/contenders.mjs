/** Who runs: tcplint first, then whichever of the others is installed. `exits` are those that mean "done". */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { versionOf } from './measure.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const TCPLINT = `${root}dist/bin/tcplint.js`;
const PCAP_PARSER = `${root}node_modules/pcap-parser/package.json`;
const COUNT_PACKETS = fileURLToPath(new URL('./count-packets.cjs', import.meta.url));

const node = process.execPath;

const ALL = [
  {
    name: 'tcplint lint',
    version: () => packageVersion(`${root}package.json`),
    command: (file) => [node, TCPLINT, 'lint', '--threads', '1', file],
    exits: [0, 1],
    does: 'all rules of the recommended preset, on one thread',
  },
  {
    name: 'tcplint --threads 2',
    version: () => packageVersion(`${root}package.json`),
    command: (file) => [node, TCPLINT, 'lint', '--threads', '2', file],
    exits: [0, 1],
    does: 'the same on two threads, as it does by itself where a file is large and there are two cores',
  },
  {
    name: 'capinfos -c',
    version: () => versionOf('capinfos', ['--version'], /Capinfos \(Wireshark\) (\d\S*)/),
    command: (file) => ['capinfos', '-c', file],
    does: 'counts packets',
  },
  {
    name: 'tcptrace -n',
    version: () => versionOf('tcptrace', ['-v'], /version (\d[\d.]*)/),
    command: (file) => ['tcptrace', '-n', file],
    does: 'one line a connection',
  },
  {
    name: 'argus',
    version: () => versionOf('argus', ['-h'], /Argus Version (\S+)/i),
    command: (file) => ['argus', '-X', '-r', file, '-w', '/dev/null'],
    does: 'flow records',
  },
  {
    name: 'tshark -q -z expert',
    version: () => versionOf('tshark', ['--version'], /TShark \(Wireshark\) (\d\S*)/),
    command: (file) => ['tshark', '-n', '-q', '-z', 'expert', '-r', file],
    does: 'expert information',
  },
  {
    name: 'zeek',
    version: () => versionOf('zeek', ['--version'], /version (\S+)/),
    command: (file) => ['zeek', '-b', '-C', '-r', file, 'base/protocols/conn'],
    does: 'conn.log',
  },
  {
    name: 'pcap-parser',
    version: () => (existsSync(PCAP_PARSER) ? packageVersion(PCAP_PARSER) : null),
    command: (file) => [node, '--no-deprecation', COUNT_PACKETS, file],
    does: 'counts packets in JavaScript',
    formats: ['pcap'],
  },
];

function packageVersion(path) {
  return JSON.parse(readFileSync(path, 'utf8')).version;
}

/** Those installed, with their versions. `names`: only these (and tcplint), null for all. */
export function contenders(names) {
  return ALL.map((contender) => ({ exits: [0], formats: ['pcap', 'pcapng'], ...contender }))
    .filter(({ name }) => name.startsWith('tcplint') || names === null || names.includes(name.split(' ')[0]))
    .map((contender) => ({ ...contender, version: contender.version() }))
    .filter(({ version }) => version !== null);
}
