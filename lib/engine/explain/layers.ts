import type { Frame } from '../../capture/frame.ts';
import type { Entry } from '../../facts/explanation.ts';
import { epoch } from '../../facts/moment.ts';
import { trace } from '../../packet/trace.ts';

/** What the commonest keys of packet/keys.ts stand for. */
const MEANINGS: { readonly [name: string]: string } = {
  'link type 0': 'BSD loopback',
  'link type 1': 'Ethernet',
  'link type 101': 'raw IP',
  'link type 105': '802.11',
  'link type 113': 'Linux cooked',
  'link type 127': '802.11 with radiotap',
  'link type 276': 'Linux cooked, v2',
  'ethertype 0x0800': 'IPv4',
  'ethertype 0x86dd': 'IPv6',
  'ethertype 0x8100': 'VLAN',
  'ethertype 0x88a8': 'VLAN, outer',
  'ethertype 0x8847': 'MPLS',
  'ethertype 0x8864': 'PPPoE',
  'ethertype 0x6558': 'Ethernet',
  'IP protocol 1': 'ICMP',
  'IP protocol 4': 'IPv4',
  'IP protocol 6': 'TCP',
  'IP protocol 17': 'UDP',
  'IP protocol 41': 'IPv6',
  'IP protocol 47': 'GRE',
  'IP protocol 58': 'ICMPv6',
};

export function frameEntries(frame: Frame): Entry[] {
  const { seconds, nanos, captured, original } = frame;
  return [
    { name: 'time', text: epoch({ seconds, nanos }) },
    { name: 'bytes', text: captured < original ? `${original}, ${captured} of them captured` : `${original}` },
    { name: 'interface', text: `${frame.interface}, link type ${frame.linkType}` },
    { name: 'record', text: `at offset ${frame.offset} of the capture` },
    ...(frame.comments ?? []).map((text) => ({ name: 'comment', text })),
  ];
}

/** Every header and where it stands, and how the walk ended. */
export function layerEntries(frame: Frame): Entry[] {
  const { steps, outcome } = trace(frame);
  const entries = steps.map(({ name, start }) => {
    const meaning = MEANINGS[name];
    return { name: `at ${start}`, text: meaning === undefined ? name : `${meaning} (${name})` };
  });
  return outcome === 'TCP' ? entries : [...entries, { name: 'no segment', text: outcome }];
}
