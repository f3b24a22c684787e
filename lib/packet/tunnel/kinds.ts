/** Kinds of tunnels, by which `Segment.tunnel` and its text tell them apart. */
export const VLAN = 1;
export const PPPOE = 2;
export const MPLS = 3;
export const PBB = 4;
export const IP_IN_IP = 5;
export const GRE = 6;
export const PPTP = 7;
export const ERSPAN = 8;
export const ETHERIP = 9;
export const VXLAN = 10;
export const GENEVE = 11;
export const NSH = 12;
export const GTP = 13;
export const TEREDO = 14;
export const AYIYA = 15;
export const L2TP = 16;
export const CAPWAP = 17;
export const LWAPP = 18;
export const LISP = 19;
export const TZSP = 20;
export const SFLOW = 21;
export const WCCP = 22;
export const JMIRROR = 23;
export const PIM = 24;
export const MOBILE_IP = 25;
export const ROCE = 26;
export const PEEK = 27;
export const RFTAP = 28;

const NAMES: readonly string[] = [
  '',
  'VLAN',
  'PPPoE',
  'MPLS',
  'PBB',
  'IP in IP',
  'GRE',
  'PPTP',
  'ERSPAN',
  'EtherIP',
  'VXLAN',
  'Geneve',
  'NSH',
  'GTP-U',
  'Teredo',
  'AYIYA',
  'L2TP',
  'CAPWAP',
  'LWAPP',
  'LISP',
  'TZSP',
  'sFlow',
  'WCCP',
  'jmirror',
  'PIM register',
  'Mobile IP',
  'RoCE',
  'OmniPeek',
  'RFtap',
];

/** Tunnels in words, outermost first: `VLAN 12, VXLAN 5001`; null for none. An id of zero says nothing. */
export function describe(kinds: Int32Array, ids: Int32Array, count: number): string | null {
  if (count === 0) return null;
  const words: string[] = [];
  for (let i = 0; i < count; i++) {
    const name = NAMES[kinds[i]!]!;
    words.push(ids[i] === 0 ? name : `${name} ${ids[i]! >>> 0}`);
  }
  return words.join(', ');
}
