/** Bytes wanted before judging what an unknown file looks like. */
export const JUDGED_BYTES = 64;

/** What a file that is no capture we read begins with, and what to tell of it. */
const LOOKS: readonly (readonly [signature: string | readonly number[], looksLike: string])[] = [
  ['snoop\0\0\0', 'snoop (Solaris)'],
  ['btsnoop\0', 'btsnoop (Bluetooth)'],
  ['iptrace ', 'AIX iptrace'],
  ['TRSNIFF data', 'Network General Sniffer'],
  ['XCP\0', 'NetXRay or Sniffer for Windows'],
  ['RTSS', 'Microsoft Network Monitor 1'],
  ['GMBU', 'Microsoft Network Monitor 2'],
  ['\x7fver', 'Savvius (WildPackets) Peek'],
  ['\x05VNF', 'Visual Networks'],
  ['5VIEW', 'Accellent 5Views'],
  [[0xaa, 0xaa, 0xaa, 0xaa], 'Accellent 5Views'],
  [[0x01, 0x10, 0x4c, 0x00], 'Novell LANalyzer'],
  [[0x07, 0x10], 'Novell LANalyzer'],
  ['TR\0', 'HP-UX nettl'],
  ['ObserverPktBuffe', 'Network Instruments Observer'],
  ['EyeSDN', 'EyeSDN'],
  ['+---------+---------------+', 'K12 text'],
  [[0x00, 0x00, 0x02, 0x00, 0x12, 0x05, 0x00, 0x10], 'Tektronix K12'],
  ['Session Transcript', 'Catapult DCT2000'],
  ['LOGG', 'Vector BLF'],
  ['V0208', 'Aethra'],
  ['cpse', 'Colasoft Capsa'],
  [[0x42, 0xd2, 0x00, 0x34, 0x12, 0x66, 0x22, 0x88], 'RADCOM'],
];

const WRAPPED: readonly (readonly [signature: string | readonly number[], looksLike: string])[] = [
  [[0x1f, 0x8b], 'gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
  [[0x04, 0x22, 0x4d, 0x18], 'lz4'],
  ['BZh', 'bzip2'],
  ['\xfd7zXZ\0', 'xz'],
  ['PK\x03\x04', 'a zip archive'],
  ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive'],
  ['Rar!', 'a RAR archive'],
  [[0x1f, 0x9d], 'compress (.Z)'],
];

/** What Git keeps in place of a large file until that is fetched. */
const POINTER = 'version https://git-lfs.github.com/spec/';

/** One line on why these first bytes are no capture, what they look like, and what to do. */
export function describeUnknown(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'empty: 0 bytes, no capture';
  for (const [signature, name] of LOOKS) {
    if (startsWith(bytes, signature)) return `${article(name)} ${name} capture, convert it by: editcap -F pcap IN OUT`;
  }
  for (const [signature, name] of WRAPPED) {
    if (startsWith(bytes, signature)) return `${name}, not a capture: unpack it first`;
  }
  if (startsWith(bytes, POINTER)) return 'a Git LFS pointer, not the file it stands for: git lfs pull';
  if (looksLikeText(bytes)) return 'text, not a capture (tcpdump -w and tshark -w write captures)';
  const first = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `not a capture: neither pcap nor pcapng begins with ${first} (editcap -F pcap IN OUT may know it)`;
}

function startsWith(bytes: Uint8Array, signature: string | readonly number[]): boolean {
  const codes = typeof signature === 'string' ? Array.from(signature, (c) => c.charCodeAt(0)) : signature;
  return codes.length <= bytes.length && codes.every((code, i) => bytes[i] === code);
}

/** Valid UTF-8 (perhaps cut in a character) without control characters but tabs and line ends. */
function looksLikeText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f))
    return false;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }) !== '';
  } catch {
    return false;
  }
}

/** By how the names of formats begin when they are spoken. */
function article(name: string): string {
  return /^([AEIO]|HP)/.test(name) ? 'an' : 'a';
}
