import {
  type Bytes,
  be16,
  be32,
  bytes,
  ethernet,
  etherType,
  ipv4,
  ipv6,
  le16,
  le32,
  text,
  udp,
  vlan,
} from './build.ts';

/** One way to wrap an IP packet: what the frame is then, and what the decoder says of its tunnels. */
export interface Encapsulation {
  readonly name: string;
  readonly linkType: number;
  readonly wrap: (packet: Bytes) => Bytes;
  readonly tunnel?: string;
}

const family = (packet: Bytes, inet6: number) => (etherType(packet) === 0x0800 ? 2 : inet6);
const pppProtocol = (packet: Bytes) => be16(etherType(packet) === 0x0800 ? 0x0021 : 0x0057);
const ipProtocol = (packet: Bytes) => (etherType(packet) === 0x0800 ? 4 : 41);
const snap = (packet: Bytes) => bytes('aa aa 03 00 00 00', be16(etherType(packet)), packet);
const zeroes = (count: number) => new Uint8Array(count);

const WLAN_ADDRESSES = '02 00 00 00 00 01 02 00 00 00 00 02 02 00 00 00 00 03';
const wlanToAp = (packet: Bytes) => bytes('08 01 2c 00', WLAN_ADDRESSES, '10 00', snap(packet));
const AX25_ENDS = '9c 6e 86 40 40 40 60 9c 6e 88 40 40 40 61';
const wlanQos = (packet: Bytes) => bytes('88 02 2c 00', WLAN_ADDRESSES, '10 00', '00 00', snap(packet));

const links: readonly Encapsulation[] = [
  { name: 'BSD loopback, little-endian', linkType: 0, wrap: (p) => bytes(le32(family(p, 30)), p) },
  { name: 'BSD loopback, big-endian', linkType: 0, wrap: (p) => bytes(be32(family(p, 24)), p) },
  { name: 'loopback of IRIX', linkType: 0, wrap: (p) => bytes('00 02 00 00', p) },
  { name: 'loopback of BSD/OS', linkType: 0, wrap: (p) => bytes(le16(p.length), '02 00', p) },
  { name: 'OpenBSD loopback', linkType: 108, wrap: (p) => bytes(be32(family(p, 24)), p) },
  { name: 'Ethernet', linkType: 1, wrap: (p) => ethernet(p) },
  { name: 'Ethernet with padding', linkType: 1, wrap: (p) => bytes(ethernet(p), zeroes(11)) },
  { name: 'VLAN', linkType: 1, wrap: (p) => vlan(ethernet(p), 7), tunnel: 'VLAN 7' },
  { name: 'priority tag', linkType: 1, wrap: (p) => vlan(ethernet(p), 0x6000) },
  {
    name: 'stack of VLAN tags',
    linkType: 1,
    wrap: (p) => vlan(vlan(vlan(ethernet(p), 3), 2, 0x88a8), 1, 0x9100),
    tunnel: 'VLAN 1, VLAN 2, VLAN 3',
  },
  {
    name: 'IEEE 802.3 with SNAP',
    linkType: 1,
    wrap: (p) => ethernet(snap(p), { type: snap(p).length }),
  },
  {
    name: 'IEEE 802.3 with SNAP in a VLAN',
    linkType: 1,
    wrap: (p) => vlan(ethernet(snap(p), { type: snap(p).length }), 9),
    tunnel: 'VLAN 9',
  },
  { name: 'ISL', linkType: 1, wrap: isl, tunnel: 'VLAN 5' },
  { name: 'FabricPath', linkType: 1, wrap: (p) => ethernet(bytes('40 20', ethernet(p), zeroes(4)), { type: 0x8903 }) },
  { name: 'VN-Tag', linkType: 1, wrap: (p) => tagged(p, 0x8926, '00 00 00 01') },
  { name: 'E-TAG', linkType: 1, wrap: (p) => tagged(p, 0x893f, '00 00 00 01 00 00') },
  { name: 'HSR', linkType: 1, wrap: (p) => tagged(p, 0x892f, bytes(be16(6 + p.length), '00 01')) },
  { name: 'IEEE 802.1CB', linkType: 1, wrap: (p) => tagged(p, 0xf1c1, '00 00 00 01') },
  { name: 'Cisco metadata', linkType: 1, wrap: (p) => tagged(p, 0x8909, '01 01 00 01 00 64') },
  { name: 'Arista time stamp', linkType: 1, wrap: (p) => tagged(p, 0xd28b, '00 01 01 10 5f 5e 10 00 00 00 00 00') },
  {
    name: 'PBB',
    linkType: 1,
    wrap: (p) => ethernet(bytes('00 00 30 39', ethernet(p)), { type: 0x88e7 }),
    tunnel: 'PBB 12345',
  },
  { name: 'Gigamon', linkType: 1, wrap: (p) => tagged(p, 0x22e5, '07 01 03 00 00 01 00') },
  {
    name: 'VMware Lab Manager',
    linkType: 1,
    wrap: (p) => ethernet(bytes('00 00 00 2a 00 50 56 00 00 01', ethernet(p)), { type: 0x88de }),
  },
  { name: 'TRILL', linkType: 1, wrap: (p) => ethernet(bytes('00 3f 00 01 00 02', ethernet(p)), { type: 0x22f3 }) },
  {
    name: 'MACsec without encryption',
    linkType: 1,
    wrap: (p) => tagged(p, 0x88e5, '00 00 00 00 00 01', zeroes(16)),
  },
  {
    name: 'MACsec with channel, without encryption',
    linkType: 1,
    wrap: (p) => tagged(p, 0x88e5, '20 00 00 00 00 01 02 00 00 00 00 01 00 01', zeroes(16)),
  },
  {
    name: 'PPPoE',
    linkType: 1,
    wrap: (p) => ethernet(pppoe(p), { type: 0x8864 }),
    tunnel: 'PPPoE 11',
  },
  { name: 'PPPoE without Ethernet', linkType: 51, wrap: pppoe, tunnel: 'PPPoE 11' },
  {
    name: 'MPLS',
    linkType: 1,
    wrap: (p) => ethernet(bytes(label(16, false), label(17, true), p), { type: 0x8847 }),
    tunnel: 'MPLS 16, MPLS 17',
  },
  {
    name: 'Ethernet pseudowire with control word',
    linkType: 1,
    wrap: (p) => ethernet(bytes(label(18, true), zeroes(4), ethernet(p)), { type: 0x8847 }),
    tunnel: 'MPLS 18',
  },
  {
    name: 'Ethernet pseudowire without control word',
    linkType: 1,
    wrap: (p) => ethernet(bytes(label(18, true), ethernet(p)), { type: 0x8847 }),
    tunnel: 'MPLS 18',
  },
  {
    name: 'Ethernet pseudowire to an address that begins like IPv4',
    linkType: 1,
    wrap: (p) => ethernet(bytes(label(18, true), ethernet(p, { destination: '44d244000001' })), { type: 0x8847 }),
    tunnel: 'MPLS 18',
  },
  {
    name: 'B.A.T.M.A.N. unicast',
    linkType: 1,
    wrap: (p) => ethernet(bytes('40 0f 32 01', '02 00 00 00 00 09', ethernet(p)), { type: 0x4305 }),
  },
  {
    name: 'NSH',
    linkType: 1,
    wrap: (p) => ethernet(bytes('0f c2 02 03 00 00 2a ff', ethernet(p)), { type: 0x894f }),
    tunnel: 'NSH 42',
  },
  {
    name: 'B.A.T.M.A.N. unicast, version 14',
    linkType: 1,
    wrap: (p) => ethernet(bytes('03 0e 32 01', '02 00 00 00 00 09', ethernet(p)), { type: 0x4305 }),
  },
  { name: 'RTnet', linkType: 1, wrap: (p) => ethernet(bytes(be16(etherType(p)), '02 01', p), { type: 0x9021 }) },
  {
    name: 'Roofnet',
    linkType: 1,
    wrap: (p) => ethernet(bytes('01 04 01 00 00 10 00 00 00 00', be16(p.length), zeroes(32), p), { type: 0x0641 }),
  },
  { name: 'Centrino', linkType: 1, wrap: (p) => ethernet(wlanToAp(p), { type: 0x2452 }) },
  {
    name: 'LWAPP over Ethernet',
    linkType: 1,
    wrap: (p) => ethernet(bytes('00 00', be16(wlanToAp(p).length), '00 00', wlanToAp(p)), { type: 0x88bb }),
    tunnel: 'LWAPP',
  },
  {
    name: 'TECMP',
    linkType: 1,
    wrap: tecmp,
  },
  {
    name: 'AX.25 over Ethernet',
    linkType: 1,
    wrap: (p) => ethernet(bytes(le16(ax25(p).length), ax25(p)), { type: 0x08ff }),
  },
  {
    name: 'FCoE',
    linkType: 1,
    wrap: (p) => ethernet(bytes(zeroes(13), '36', fibreChannel(p), zeroes(4), '41 00 00 00'), { type: 0x8906 }),
  },
  {
    name: 'RoCE',
    linkType: 1,
    wrap: (p) => ethernet(bytes(globalRoute(p), baseTransport(p)), { type: 0x8915 }),
  },
  {
    name: 'channel of an MPLS pseudowire',
    linkType: 1,
    wrap: (p) => ethernet(bytes(label(18, true), '10 00', pppProtocol(p), p), { type: 0x8847 }),
    tunnel: 'MPLS 18',
  },
  {
    name: 'Ethernet pseudowire with SNAP',
    linkType: 1,
    wrap: (p) =>
      ethernet(bytes(label(18, true), zeroes(4), ethernet(snap(p), { type: snap(p).length })), { type: 0x8847 }),
    tunnel: 'MPLS 18',
  },
  { name: 'IEEE 802.2 with IP', linkType: 1, wrap: (p) => ethernet(bytes('06 06 03', p), { type: p.length + 3 }) },
  { name: 'AX.25', linkType: 3, wrap: ax25 },
  {
    name: 'AX.25 by way of a repeater',
    linkType: 3,
    wrap: (p) => bytes(AX25_ENDS.slice(0, -2), '60', '9c 6e 8a 40 40 40 e1', '03 cc', p),
  },
  { name: 'AX.25, KISS', linkType: 202, wrap: (p) => bytes('00', ax25(p)) },
  { name: 'token ring', linkType: 6, wrap: (p) => bytes('10 40', WLAN_ADDRESSES.slice(0, 35), snap(p)) },
  {
    name: 'token ring with a route',
    linkType: 6,
    wrap: (p) => bytes('10 40', '02 00 00 00 00 01 82 00 00 00 00 02', '06 90 00 11 00 20', snap(p)),
  },
  {
    name: 'ARCNET, RFC 1201',
    linkType: 7,
    wrap: (p) => bytes('01 02', etherType(p) === 0x800 ? 'd4' : 'c4', '00 00 01', p),
  },
  {
    name: 'ARCNET of Linux, RFC 1201',
    linkType: 129,
    wrap: (p) => bytes('01 02 c0 00', etherType(p) === 0x800 ? 'd4' : 'c4', '00 00 01', p),
  },
  {
    name: 'ARCNET, RFC 1201 with exception',
    linkType: 129,
    wrap: (p) =>
      bytes(
        '01 02 c0 00',
        etherType(p) === 0x800 ? 'd4' : 'c4',
        'ff ff ff',
        etherType(p) === 0x800 ? 'd4' : 'c4',
        '00 00 01',
        p,
      ),
  },
  { name: 'SLIP', linkType: 8, wrap: (p) => bytes('01', zeroes(15), p) },
  { name: 'PPP', linkType: 9, wrap: (p) => bytes('ff 03', pppProtocol(p), p) },
  { name: 'PPP without address', linkType: 9, wrap: (p) => bytes(pppProtocol(p), p) },
  { name: 'PPP with compressed protocol', linkType: 50, wrap: (p) => bytes('ff 03', pppProtocol(p)[1]!, p) },
  { name: 'PPP, multiplexed', linkType: 9, wrap: (p) => bytes('ff 03 00 59', multiplexed(p)) },
  { name: 'PPP multilink', linkType: 9, wrap: (p) => bytes('ff 03 00 3d c0 00 00 01', pppProtocol(p), p) },
  {
    name: 'MPLS in PPP',
    linkType: 9,
    wrap: (p) => bytes('ff 03 02 81', label(99, true), p),
    tunnel: 'MPLS 99',
  },
  { name: 'bridged Ethernet in PPP', linkType: 9, wrap: (p) => bytes('ff 03 00 31 00 01', ethernet(p)) },
  { name: 'Cisco HDLC under the number of PPP', linkType: 9, wrap: hdlc },
  { name: 'PPP with ethertypes', linkType: 9, wrap: (p) => bytes('ff 03', be16(etherType(p)), p) },
  { name: 'LLC in PPP', linkType: 9, wrap: (p) => bytes('ff 03 00 4b', snap(p)) },
  { name: 'FDDI', linkType: 10, wrap: (p) => bytes('50', '02 00 00 00 00 01 02 00 00 00 00 02', snap(p)) },
  { name: 'raw IP', linkType: 101, wrap: (p) => p },
  { name: 'raw IP, OpenBSD', linkType: 14, wrap: (p) => p },
  { name: 'raw IP, BSD', linkType: 12, wrap: (p) => p },
  { name: 'raw IP that is PPP', linkType: 12, wrap: (p) => bytes('ff 03', pppProtocol(p), p) },
  { name: 'raw IP that is PPP behind one byte', linkType: 101, wrap: (p) => bytes('07 ff 03', pppProtocol(p), p) },
  { name: 'raw IP that is PPP behind six', linkType: 101, wrap: (p) => bytes(zeroes(6), 'ff 03', pppProtocol(p), p) },
  { name: 'raw IP behind zeroes', linkType: 101, wrap: (p) => bytes(zeroes(10), p) },
  { name: 'BSD loopback that is PPP', linkType: 0, wrap: (p) => bytes('ff 03', pppProtocol(p), p) },
  { name: 'Cisco HDLC of NetBSD', linkType: 112, wrap: hdlc },
  {
    name: 'Redback, IP',
    linkType: 32,
    wrap: (p) => bytes(zeroes(16), be16(24 + p.length), '00 01 00 18 00 18', p),
  },
  {
    name: 'Redback, Ethernet',
    linkType: 32,
    wrap: (p) => bytes(zeroes(16), be16(24 + p.length), '00 01 00 1a 00 28 00 00', ethernet(p)),
  },
  {
    name: 'generic framing',
    linkType: 171,
    wrap: (p) => bytes(be16(4 + ethernet(p).length), '00 00 00 01 00 00', ethernet(p)),
  },
  {
    name: 'generic framing in a ring',
    linkType: 170,
    wrap: (p) => bytes(be16(8 + p.length), '00 00 01', etherType(p) === 0x800 ? '10' : '11', '00 00 07 00 00 00', p),
  },
  { name: 'SITA', linkType: 196, wrap: (p) => bytes('00 00 00 00 12 18 41', be16(etherType(p)), p) },
  { name: 'Fibre Channel', linkType: 224, wrap: (p) => fibreChannel(p) },
  { name: 'Fibre Channel with a network header', linkType: 224, wrap: (p) => fibreChannel(p, '20', zeroes(16)) },
  {
    name: 'Fibre Channel with delimiters',
    linkType: 225,
    wrap: (p) => bytes('bc b5 56 56', fibreChannel(p), zeroes(4)),
  },
  {
    name: 'Infiniband with a local route',
    linkType: 247,
    wrap: (p) => bytes('00 02 00 01 00 13 00 02', baseTransport(p)),
  },
  {
    name: 'Infiniband with a global route',
    linkType: 247,
    wrap: (p) => bytes('00 03 00 01 00 13 00 02', globalRoute(p), baseTransport(p)),
  },
  {
    name: 'exported IP',
    linkType: 252,
    wrap: (p) => bytes(exportTag(12, text('ip')), exportTag(25, bytes(be32(80))), zeroes(4), p),
  },
  {
    name: 'exported TCP',
    linkType: 252,
    wrap: (p) => {
      const [at, length, tag] = etherType(p) === 0x800 ? [12, 4, 20] : [8, 16, 22];
      const ends = bytes(p.subarray(at, at + 2 * length));
      return bytes(
        exportTag(12, text('tcp\0')),
        exportTag(tag, ends.subarray(0, length)),
        exportTag(tag + 1, ends.subarray(length)),
        zeroes(4),
        p.subarray(at + 2 * length),
      );
    },
  },
  {
    name: 'Elektrobit',
    linkType: 279,
    wrap: (p) => bytes('50 00 00 00', be32(8 + ethernet(p).length), zeroes(24), ethernet(p)),
  },
  {
    name: 'Symantec firewall, version 2',
    linkType: 99,
    wrap: (p) => bytes(zeroes(6), be16(etherType(p)), zeroes(36), p),
  },
  {
    name: 'Symantec firewall, version 3',
    linkType: 99,
    wrap: (p) => bytes(zeroes(10), be16(etherType(p)), zeroes(44), p),
  },
  { name: 'ATM, RFC 1483 with LLC', linkType: 100, wrap: snap },
  { name: 'ATM, LLC with IP', linkType: 100, wrap: (p) => bytes('06 06 03', p) },
  { name: 'ATM, bridged Ethernet', linkType: 100, wrap: (p) => bytes('aa aa 03 00 80 c2 00 07 00 00', ethernet(p)) },
  {
    name: 'ATM, bridged token ring',
    linkType: 100,
    wrap: (p) => bytes('aa aa 03 00 80 c2 00 09 00 00 10 40', WLAN_ADDRESSES.slice(0, 35), snap(p)),
  },
  { name: 'classical IP over ATM, an old number', linkType: 18, wrap: (p) => p },
  { name: 'classical IP over ATM', linkType: 106, wrap: snap },
  { name: 'classical IP over ATM without LLC', linkType: 106, wrap: (p) => p },
  { name: 'SunATM', linkType: 123, wrap: (p) => bytes('82 00 00 64', snap(p)) },
  { name: 'SunATM of no kind', linkType: 123, wrap: (p) => bytes('80 00 00 64', p) },
  { name: 'SunATM of a kind that is not known', linkType: 123, wrap: (p) => bytes('07 00 00 64', snap(p)) },
  { name: 'SunATM, LAN emulation', linkType: 123, wrap: (p) => bytes('81 00 00 64 00 01', ethernet(p)) },
  { name: 'Cisco HDLC', linkType: 104, wrap: hdlc },
  { name: 'IEEE 802.11', linkType: 105, wrap: wlanToAp },
  { name: 'IEEE 802.11, QoS', linkType: 105, wrap: wlanQos },
  {
    name: 'IEEE 802.11, four addresses',
    linkType: 105,
    wrap: (p) => bytes('88 03 2c 00', WLAN_ADDRESSES, '10 00 02 00 00 00 00 04 00 00', snap(p)),
  },
  {
    name: 'IEEE 802.11, HT control',
    linkType: 105,
    wrap: (p) => bytes('88 82 2c 00', WLAN_ADDRESSES, '10 00 00 00 00 00 00 00', snap(p)),
  },
  {
    name: 'IEEE 802.11, mesh',
    linkType: 105,
    wrap: (p) => bytes('88 03 2c 00', WLAN_ADDRESSES, '10 00 02 00 00 00 00 04 00 01', '00 1f 01 00 00 00', snap(p)),
  },
  { name: 'IEEE 802.11, A-MSDU', linkType: 105, wrap: aggregate },
  {
    name: 'IEEE 802.11, filled up',
    linkType: 105,
    wrap: (p) => bytes('88 01 2c 00', WLAN_ADDRESSES, '10 00 00 00', '00 00', snap(p)),
  },
  {
    name: 'IEEE 802.11, an ethertype alone',
    linkType: 105,
    wrap: (p) => bytes('08 02 2c 00', WLAN_ADDRESSES, '10 00', be16(etherType(p)), p),
  },
  {
    name: 'IEEE 802.11, a frame of Ethernet',
    linkType: 105,
    wrap: (p) => bytes('08 02 2c 00', WLAN_ADDRESSES, '10 00', ethernet(p, { destination: '020000000001' })),
  },
  { name: 'no header of Prism', linkType: 119, wrap: wlanToAp },
  { name: 'radiotap', linkType: 127, wrap: (p) => bytes('00 00 08 00 00 00 00 00', wlanToAp(p)) },
  {
    name: 'radiotap, data pad',
    linkType: 127,
    wrap: (p) =>
      bytes(
        '00 00 11 00 03 00 00 00 00 00 00 00 00 00 00 00 20',
        '88 02 2c 00',
        WLAN_ADDRESSES,
        '10 00 00 00 00 00',
        snap(p),
      ),
  },
  {
    name: 'radiotap, several bitmaps',
    linkType: 127,
    wrap: (p) => bytes('00 00 0d 00 02 00 00 80 00 00 00 00 00', wlanQos(p)),
  },
  { name: 'Prism', linkType: 119, wrap: (p) => bytes(le32(0x44), le32(144), zeroes(136), wlanToAp(p)) },
  { name: 'AVS', linkType: 163, wrap: (p) => bytes(be32(0x80211001), be32(64), zeroes(56), wlanToAp(p)) },
  {
    name: 'AVS under the number of Prism',
    linkType: 119,
    wrap: (p) => bytes(be32(0x80211001), be32(64), zeroes(56), wlanQos(p)),
  },
  { name: 'PPI with IEEE 802.11', linkType: 192, wrap: (p) => bytes('00 00', le16(8), le32(105), wlanToAp(p)) },
  { name: 'PPI with Ethernet', linkType: 192, wrap: (p) => bytes('00 00', le16(12), le32(1), zeroes(4), ethernet(p)) },
  { name: 'frame relay', linkType: 107, wrap: (p) => bytes('18 41 03', etherType(p) === 0x800 ? 'cc' : '8e', p) },
  { name: 'frame relay, Cisco', linkType: 107, wrap: (p) => bytes('18 41', be16(etherType(p)), p) },
  {
    name: 'frame relay, SNAP',
    linkType: 107,
    wrap: (p) => bytes('18 41 03 00 80 00 00 00', be16(etherType(p)), p),
  },
  {
    name: 'frame relay, bridged Ethernet',
    linkType: 107,
    wrap: (p) => bytes('18 41 03 00 80 00 80 c2 00 07', ethernet(p)),
  },
  {
    name: 'frame relay, address of four bytes',
    linkType: 107,
    wrap: (p) => bytes('18 40 40 41 03', etherType(p) === 0x800 ? 'cc' : '8e', p),
  },
  { name: 'enc', linkType: 109, wrap: (p) => bytes(le32(family(p, 24)), be32(0x1234), le32(0), p) },
  { name: 'enc, an old number', linkType: 13, wrap: (p) => bytes(le32(family(p, 24)), be32(0x1234), le32(0), p) },
  { name: 'PF log', linkType: 117, wrap: (p) => bytes(61, family(p, 24), zeroes(62), p) },
  {
    name: 'Linux cooked',
    linkType: 113,
    wrap: (p) => bytes('00 00 00 01 00 06 02 00 00 00 00 01 00 00', be16(etherType(p)), p),
  },
  {
    name: 'Linux cooked, VLAN',
    linkType: 113,
    wrap: (p) => bytes('00 00 00 01 00 06 02 00 00 00 00 01 00 00 81 00 00 07', be16(etherType(p)), p),
    tunnel: 'VLAN 7',
  },
  {
    name: 'Linux cooked, LLC',
    linkType: 113,
    wrap: (p) => bytes('00 00 00 01 00 06 02 00 00 00 00 01 00 00 00 04', snap(p)),
  },
  {
    name: 'Linux cooked, PPP',
    linkType: 113,
    wrap: (p) => bytes('00 00 02 00 00 00 00 00 00 00 00 00 00 00', be16(etherType(p)), p),
  },
  {
    name: 'Linux cooked, IEEE 802.11',
    linkType: 113,
    wrap: (p) => bytes('00 00 03 21 00 06 02 00 00 00 00 01 00 00 00 04', wlanToAp(p)),
  },
  {
    name: 'Linux cooked, IEEE 802.11 with an ethertype',
    linkType: 113,
    wrap: (p) => bytes('00 00 03 21 00 06 02 00 00 00 00 01 00 00', be16(etherType(p)), p),
  },
  {
    name: 'Linux cooked, radiotap',
    linkType: 113,
    wrap: (p) => bytes('00 00 03 23 00 06 02 00 00 00 00 01 00 00 00 04', '00 00 08 00 00 00 00 00', wlanToAp(p)),
  },
  {
    name: 'Linux cooked, version 2',
    linkType: 276,
    wrap: (p) => bytes(be16(etherType(p)), '00 00 00 00 00 02 00 01 04 06 02 00 00 00 00 01 00 00', p),
  },
  { name: 'IP over Fibre Channel', linkType: 122, wrap: (p) => bytes(zeroes(16), snap(p)) },
  { name: 'IP over FireWire', linkType: 138, wrap: (p) => bytes(zeroes(16), be16(etherType(p)), p) },
  { name: 'DOCSIS', linkType: 143, wrap: (p) => bytes('00 00', be16(ethernet(p).length), '00 00', ethernet(p)) },
  {
    name: 'DOCSIS, extended header',
    linkType: 143,
    wrap: (p) => bytes('01 03', be16(3 + ethernet(p).length), '12 34 56', '00 00', ethernet(p)),
  },
  {
    name: 'DOCSIS, isolated',
    linkType: 143,
    wrap: (p) => bytes('80 00', be16(ethernet(p).length), '00 00', ethernet(p)),
  },
  { name: 'PPP of Linux, with direction', linkType: 166, wrap: (p) => bytes('00 03', pppProtocol(p), p) },
  { name: 'PPP, with direction', linkType: 204, wrap: (p) => bytes('01 ff 03', pppProtocol(p), p) },
  { name: 'Cisco HDLC, with direction', linkType: 205, wrap: (p) => bytes('00', hdlc(p)) },
  { name: 'frame relay, with direction', linkType: 206, wrap: (p) => bytes('00 18 41', be16(etherType(p)), p) },
  { name: 'Juniper Ethernet', linkType: 178, wrap: (p) => bytes('4d 47 43 80 00 03 01 01 01', ethernet(p)) },
  { name: 'Juniper PPP', linkType: 179, wrap: (p) => bytes('4d 47 43 00 ff 03', pppProtocol(p), p) },
  { name: 'Juniper frame relay', linkType: 180, wrap: (p) => bytes('4d 47 43 01 18 41', be16(etherType(p)), p) },
  { name: 'Juniper Cisco HDLC', linkType: 181, wrap: (p) => bytes('4d 47 43 01', hdlc(p)) },
  {
    name: 'Juniper PPPoE',
    linkType: 167,
    wrap: (p) => bytes('4d 47 43 01', ethernet(pppoe(p), { type: 0x8864 })),
    tunnel: 'PPPoE 11',
  },
  { name: 'Juniper voice', linkType: 183, wrap: (p) => bytes('4d 47 43 01', zeroes(18), p) },
  { name: 'Juniper ATM', linkType: 137, wrap: (p) => bytes('4d 47 43 00 00 00 00 00', snap(p)) },
  { name: 'Endace', linkType: 197, wrap: (p) => endace(p, '02') },
  { name: 'Endace, extended', linkType: 197, wrap: (p) => endace(p, '82', zeroes(8)) },
  { name: 'Endace, classified', linkType: 197, wrap: (p) => endace(p, '10') },
  { name: 'Endace, PPP', linkType: 197, wrap: (p) => endaceRecord('01', bytes('ff 03', pppProtocol(p), p)) },
  { name: 'Endace, Cisco HDLC', linkType: 197, wrap: (p) => endaceRecord('0a', hdlc(p)) },
  {
    name: 'Endace, a channel',
    linkType: 197,
    wrap: (p) => endaceRecord('05', bytes('00 00 00 03', hdlc(p))),
  },
  {
    name: 'Endace, Infiniband',
    linkType: 197,
    wrap: (p) => endaceRecord('15', bytes('00 02 00 01 00 13 00 02', baseTransport(p))),
  },
  { name: 'Solaris', linkType: 226, wrap: (p) => bytes('01', family(p, 26), '00 01', be32(p.length), zeroes(16), p) },
  { name: 'netfilter log', linkType: 239, wrap: (p) => netfilterLog(p, le16) },
  { name: 'netfilter log, big-endian', linkType: 239, wrap: (p) => netfilterLog(p, be16) },
  { name: 'netANALYZER', linkType: 240, wrap: (p) => bytes(zeroes(4), ethernet(p), zeroes(4)) },
  {
    name: 'netANALYZER, transparent',
    linkType: 241,
    wrap: (p) => bytes(zeroes(4), '55 55 55 55 55 55 55 d5', ethernet(p), zeroes(4)),
  },
  { name: 'Infiniband', linkType: 242, wrap: (p) => bytes(zeroes(40), be16(etherType(p)), zeroes(2), p) },
  { name: 'macOS tap', linkType: 258, wrap: macosTap },
  { name: 'macOS tap under a number of users', linkType: 149, wrap: macosTap },
  { name: 'EPON', linkType: 259, wrap: (p) => bytes(zeroes(8), ethernet(p)) },
  { name: 'mPacket', linkType: 274, wrap: (p) => bytes('55 55 55 55 55 55 55 d5', ethernet(p)) },
  {
    name: 'Broadcom switch',
    linkType: 281,
    wrap: (p) => bytes(ethernet(p).subarray(0, 12), zeroes(4), ethernet(p).subarray(12)),
  },
  { name: 'Broadcom switch, before the frame', linkType: 282, wrap: (p) => bytes(zeroes(4), ethernet(p)) },
  {
    name: 'Marvell switch',
    linkType: 284,
    wrap: (p) => bytes(ethernet(p).subarray(0, 12), zeroes(4), ethernet(p).subarray(12)),
  },
  {
    name: 'Marvell switch with ethertype',
    linkType: 285,
    wrap: (p) => bytes(ethernet(p).subarray(0, 12), zeroes(8), ethernet(p).subarray(12)),
  },
];

const outer = { source: '192.0.2.1', destination: '192.0.2.2' };
const outer6 = { source: '2001:db8:f::1', destination: '2001:db8:f::2' };
const overIp = (protocol: number, payload: Bytes) => ethernet(ipv4(payload, { ...outer, protocol }));
const overIpv6 = (nextHeader: number, payload: Bytes) => ethernet(ipv6(payload, { ...outer6, nextHeader }));
const overUdp = (port: number, payload: Bytes) => overIp(17, udp(payload, port));

const tunnels: readonly Encapsulation[] = [
  { name: 'IP in IPv4', linkType: 1, wrap: (p) => overIp(ipProtocol(p), p), tunnel: 'IP in IP' },
  { name: 'IP in IPv6', linkType: 1, wrap: (p) => overIpv6(ipProtocol(p), p), tunnel: 'IP in IP' },
  { name: 'GRE', linkType: 1, wrap: (p) => overIp(47, bytes('00 00', be16(etherType(p)), p)), tunnel: 'GRE' },
  {
    name: 'GRE with everything',
    linkType: 1,
    wrap: (p) => overIp(47, bytes('b0 00', be16(etherType(p)), zeroes(4), be32(77), be32(1), p)),
    tunnel: 'GRE 77',
  },
  {
    name: 'GRE with source routes',
    linkType: 1,
    wrap: (p) => overIp(47, bytes('40 00', be16(etherType(p)), zeroes(4), '08 00 00 04 0a 00 00 09 00 00 00 00', p)),
    tunnel: 'GRE',
  },
  {
    name: 'Ethernet in GRE over IPv6',
    linkType: 1,
    wrap: (p) => overIpv6(47, bytes('20 00 65 58', be32(0x123400), ethernet(p))),
    tunnel: 'GRE 1192960',
  },
  {
    name: 'MPLS in GRE',
    linkType: 1,
    wrap: (p) => overIp(47, bytes('00 00 88 47', label(5000, true), p)),
    tunnel: 'GRE, MPLS 5000',
  },
  {
    name: 'EoIP',
    linkType: 1,
    wrap: (p) => overIp(47, bytes('20 01 64 00', be16(ethernet(p).length), be16(9), ethernet(p))),
    tunnel: 'PPTP 9',
  },
  {
    name: 'PPTP',
    linkType: 1,
    wrap: (p) => overIp(47, bytes('30 01 88 0b', be16(4 + p.length), be16(9), be32(1), 'ff 03', pppProtocol(p), p)),
    tunnel: 'PPTP 9',
  },
  {
    name: 'PPTP with acknowledgment',
    linkType: 1,
    wrap: (p) => overIp(47, bytes('30 81 88 0b', be16(2 + p.length), be16(9), be32(1), be32(1), pppProtocol(p), p)),
    tunnel: 'PPTP 9',
  },
  { name: 'ERSPAN I', linkType: 1, wrap: (p) => overIp(47, bytes('00 00 88 be', ethernet(p))), tunnel: 'ERSPAN' },
  {
    name: 'ERSPAN II',
    linkType: 1,
    wrap: (p) => overIp(47, bytes('10 00 88 be', be32(1), '10 07 00 64 00 00 00 03', ethernet(p))),
    tunnel: 'ERSPAN 100',
  },
  {
    name: 'ERSPAN III',
    linkType: 1,
    wrap: (p) => overIp(47, bytes('10 00 22 eb', be32(1), '20 07 00 64', zeroes(8), ethernet(p))),
    tunnel: 'ERSPAN 100',
  },
  {
    name: 'ERSPAN III under the number of II',
    linkType: 1,
    wrap: (p) => overIp(47, bytes('10 00 88 be', be32(1), '20 07 00 64', zeroes(8), ethernet(p))),
    tunnel: 'ERSPAN 100',
  },
  {
    name: 'ERSPAN III with platform',
    linkType: 1,
    wrap: (p) => overIp(47, bytes('10 00 22 eb', be32(1), '20 07 00 64', zeroes(7), '01', zeroes(8), ethernet(p))),
    tunnel: 'ERSPAN 100',
  },
  { name: 'Aruba mirror', linkType: 1, wrap: (p) => overIp(47, bytes('00 00 82 00', wlanToAp(p))), tunnel: 'GRE' },
  {
    name: 'frame relay in GRE',
    linkType: 1,
    wrap: (p) => overIp(47, bytes('00 00 65 59 18 41', be16(etherType(p)), p)),
    tunnel: 'GRE',
  },
  {
    name: 'IP in IPv4, by the number of IPv4 whatever it is',
    linkType: 1,
    wrap: (p) => overIp(4, p),
    tunnel: 'IP in IP',
  },
  {
    name: 'asynchronous PPP in GRE',
    linkType: 1,
    wrap: (p) => overIp(47, bytes('00 00 88 81 17', asynchronous(bytes('ff 03', pppProtocol(p), p, '00 00')))),
    tunnel: 'GRE',
  },
  { name: 'AX.25 in IP', linkType: 1, wrap: (p) => overIp(93, ax25(p)) },
  {
    name: 'dynamic source routing',
    linkType: 1,
    wrap: (p) => overIp(48, bytes(ipProtocol(p), '00 00 04', zeroes(4), p)),
    tunnel: 'IP in IP',
  },
  {
    name: 'PIM register',
    linkType: 1,
    wrap: (p) => overIp(103, bytes('21 00 de ff 00 00 00 00', p)),
    tunnel: 'PIM register',
  },
  {
    name: 'EtherIP of some BSDs',
    linkType: 1,
    wrap: (p) => overIp(97, bytes('03 00', ethernet(p))),
    tunnel: 'EtherIP',
  },
  { name: 'EtherIP', linkType: 1, wrap: (p) => overIp(97, bytes('30 00', ethernet(p))), tunnel: 'EtherIP' },
  { name: 'Ethernet in IPv6', linkType: 1, wrap: (p) => overIpv6(143, ethernet(p)), tunnel: 'EtherIP' },
  { name: 'MPLS in IP', linkType: 1, wrap: (p) => overIp(137, bytes(label(31, true), p)), tunnel: 'MPLS 31' },
  {
    name: 'VXLAN',
    linkType: 1,
    wrap: (p) => overUdp(4789, bytes('08 00 00 00 00 13 89 00', ethernet(p))),
    tunnel: 'VXLAN 5001',
  },
  {
    name: 'VXLAN at the port of Linux',
    linkType: 1,
    wrap: (p) => overUdp(8472, bytes('08 00 00 00 00 13 89 00', ethernet(p))),
    tunnel: 'VXLAN 5001',
  },
  {
    name: 'VXLAN with VLANs within and without',
    linkType: 1,
    wrap: (p) => vlan(overUdp(4789, bytes('08 00 00 00 00 13 89 00', vlan(ethernet(p), 3))), 4),
    tunnel: 'VLAN 4, VXLAN 5001, VLAN 3',
  },
  {
    name: 'VXLAN-GPE',
    linkType: 1,
    wrap: (p) => overUdp(4790, bytes('0c 00 00', etherType(p) === 0x800 ? 1 : 2, '00 13 89 00', p)),
    tunnel: 'VXLAN 5001',
  },
  {
    name: 'NSH in VXLAN-GPE',
    linkType: 1,
    wrap: (p) => overUdp(4790, bytes('0c 00 00 04 00 13 89 00', '0f c6 01 03 00 00 2a ff', zeroes(16), ethernet(p))),
    tunnel: 'VXLAN 5001, NSH 42',
  },
  {
    name: 'Geneve',
    linkType: 1,
    wrap: (p) => overUdp(6081, bytes('00 00 65 58 00 00 64 00', ethernet(p))),
    tunnel: 'Geneve 100',
  },
  {
    name: 'Geneve with options, IP',
    linkType: 1,
    wrap: (p) => overUdp(6081, bytes('02 00', be16(etherType(p)), '00 00 64 00', zeroes(8), p)),
    tunnel: 'Geneve 100',
  },
  {
    name: 'GTP-U',
    linkType: 1,
    wrap: (p) => overUdp(2152, bytes('30 ff', be16(p.length), be32(7), p)),
    tunnel: 'GTP-U 7',
  },
  {
    name: 'GTP-U, Ethernet',
    linkType: 1,
    wrap: (p) => overUdp(2152, bytes('30 ff', be16(ethernet(p).length), be32(7), ethernet(p))),
    tunnel: 'GTP-U 7',
  },
  {
    name: 'GTP-U with sequence number',
    linkType: 1,
    wrap: (p) => overUdp(2152, bytes('32 ff', be16(4 + p.length), be32(7), '00 01 00 00', p)),
    tunnel: 'GTP-U 7',
  },
  {
    name: 'GTP-U with extension headers',
    linkType: 1,
    wrap: (p) =>
      overUdp(2152, bytes('34 ff', be16(12 + p.length), be32(7), '00 00 00 85', '01 00 09 85', '01 00 09 00', p)),
    tunnel: 'GTP-U 7',
  },
  {
    name: 'GTP version 0',
    linkType: 1,
    wrap: (p) => overUdp(3386, bytes('1e ff', be16(p.length), '00 01 00 05', zeroes(12), p)),
    tunnel: 'GTP-U 5',
  },
  {
    name: 'L2TP',
    linkType: 1,
    wrap: (p) => overUdp(1701, bytes('00 02 00 01 00 02 ff 03', pppProtocol(p), p)),
    tunnel: 'L2TP 65538',
  },
  {
    name: 'L2TP with everything',
    linkType: 1,
    wrap: (p) => {
      const rest = bytes('00 01 00 02', zeroes(4), '00 02 00 00', pppProtocol(p), p);
      return overUdp(1701, bytes('4a 02', be16(4 + rest.length), rest));
    },
    tunnel: 'L2TP 65538',
  },
  { name: 'L2TPv3 over IP', linkType: 1, wrap: (p) => overIp(115, bytes(be32(8), ethernet(p))), tunnel: 'L2TP 8' },
  {
    name: 'L2TPv3 over IP, cookie and sublayer',
    linkType: 1,
    wrap: (p) => overIp(115, bytes(be32(8), zeroes(12), ethernet(p))),
    tunnel: 'L2TP 8',
  },
  {
    name: 'L2TPv3 over UDP',
    linkType: 1,
    wrap: (p) => overUdp(1701, bytes('00 03 00 00', be32(8), ethernet(p))),
    tunnel: 'L2TP 8',
  },
  {
    name: 'AYIYA',
    linkType: 1,
    wrap: (p) => overUdp(5072, bytes('42 52 11', ipProtocol(p), zeroes(4 + 16 + 20), p)),
    tunnel: 'AYIYA',
  },
  {
    name: 'LISP',
    linkType: 1,
    wrap: (p) => overUdp(4341, bytes('08 00 00 00 00 00 2a 00', p)),
    tunnel: 'LISP 42',
  },
  { name: 'MPLS over UDP', linkType: 1, wrap: (p) => overUdp(6635, bytes(label(6, true), p)), tunnel: 'MPLS 6' },
  {
    name: 'GRE over UDP',
    linkType: 1,
    wrap: (p) => overUdp(4754, bytes('00 00', be16(etherType(p)), p)),
    tunnel: 'GRE',
  },
  {
    name: 'CAPWAP, 802.11',
    linkType: 1,
    wrap: (p) => overUdp(5247, bytes('00 10 43 00 00 00 00 00', wlanToAp(p))),
    tunnel: 'CAPWAP',
  },
  {
    name: 'CAPWAP, 802.11 with bytes swapped',
    linkType: 1,
    wrap: (p) => overUdp(5247, bytes('00 10 43 00 00 00 00 00', '01 08', wlanToAp(p).subarray(2))),
    tunnel: 'CAPWAP',
  },
  {
    name: 'CAPWAP, 802.3',
    linkType: 1,
    wrap: (p) => overUdp(5247, bytes('00 10 42 00 00 00 00 00', ethernet(p))),
    tunnel: 'CAPWAP',
  },
  {
    name: 'LWAPP',
    linkType: 1,
    wrap: (p) => overUdp(12222, bytes('00 00', be16(wlanToAp(p).length), '00 00', wlanToAp(p))),
    tunnel: 'LWAPP',
  },
  {
    name: 'TZSP',
    linkType: 1,
    wrap: (p) => overUdp(37008, bytes('01 00 00 01 0a 01 c4 00 01', ethernet(p))),
    tunnel: 'TZSP',
  },
  {
    name: 'TZSP, 802.11',
    linkType: 1,
    wrap: (p) => overUdp(37008, bytes('01 00 00 12 01', wlanQos(p))),
    tunnel: 'TZSP',
  },
  { name: 'sFlow', linkType: 1, wrap: (p) => overUdp(6343, sflow(flowSample(p))), tunnel: 'sFlow' },
  {
    name: 'TZSP, PPP',
    linkType: 1,
    wrap: (p) => overUdp(37008, bytes('01 00 00 04 01 ff 03', pppProtocol(p), p)),
    tunnel: 'TZSP',
  },
  {
    name: 'OmniPeek',
    linkType: 1,
    wrap: (p) => overUdp(5000, bytes('00 ff ab cd 02', be32(55), zeroes(46), wlanToAp(p), zeroes(4))),
    tunnel: 'OmniPeek',
  },
  {
    name: 'RFtap',
    linkType: 1,
    wrap: (p) => overUdp(52001, bytes(text('RFta'), le16(3), le16(1), le32(105), wlanToAp(p))),
    tunnel: 'RFtap',
  },
  {
    name: 'Mobile IP',
    linkType: 1,
    wrap: (p) => overUdp(434, bytes('04', ipProtocol(p), '00 00', p)),
    tunnel: 'Mobile IP',
  },
  { name: 'RoCE, version 2', linkType: 1, wrap: (p) => overUdp(4791, baseTransport(p)), tunnel: 'RoCE' },
  { name: 'Juniper mirror', linkType: 1, wrap: (p) => overUdp(30030, bytes(be32(1), be32(2), p)), tunnel: 'jmirror 2' },
  {
    name: 'WCCP',
    linkType: 1,
    wrap: (p) => (etherType(p) === 0x800 ? overIp(47, bytes('00 00 88 3e 05 59 00 48', p)) : overIp(41, p)),
    tunnel: 'GRE, WCCP',
  },
  {
    name: 'Teredo',
    linkType: 1,
    wrap: (p) => overUdp(3544, bytes('00 01 00 00', zeroes(9), '00 00', zeroes(6), p)),
    tunnel: 'Teredo',
  },
];

/** A way to put several packets into one frame. */
export interface Aggregation {
  readonly name: string;
  readonly linkType: number;
  readonly wrap: (...packets: readonly Bytes[]) => Bytes;
  /** It can't be made anonymous. */
  readonly cut?: boolean;
}

export const AGGREGATIONS: readonly Aggregation[] = [
  { name: 'A-MSDU', linkType: 105, wrap: aggregate },
  { name: 'samples of sFlow', linkType: 1, wrap: (...ps) => overUdp(6343, sflow(...ps.map((p) => flowSample(p)))) },
  { name: 'records of sFlow', linkType: 1, wrap: (...ps) => overUdp(6343, sflow(flowSample(...ps))) },
  {
    name: 'A-MSDU in TZSP',
    linkType: 1,
    wrap: (...ps) => overUdp(37008, bytes('01 00 00 12 01', aggregate(...ps))),
  },
  { name: 'TECMP', linkType: 1, wrap: tecmp },
  { name: 'PPP, multiplexed', linkType: 9, wrap: (...ps) => bytes('ff 03 00 59', multiplexed(...ps)) },
  {
    name: 'asynchronous PPP in GRE',
    linkType: 1,
    wrap: (...ps) =>
      overIp(47, bytes('00 00 88 81', ...ps.map((p) => asynchronous(bytes('ff 03', pppProtocol(p), p, '00 00'))))),
    cut: true,
  },
  {
    name: 'asynchronous PPP with a flag between two frames',
    linkType: 1,
    wrap: (...ps) =>
      overIp(
        47,
        bytes(
          '00 00 88 81',
          ...ps.map((p) => asynchronous(bytes('ff 03', pppProtocol(p), p, '00 00')).slice(0, -1)),
          0x7e,
        ),
      ),
    cut: true,
  },
  {
    name: 'sFlow of TECMP',
    linkType: 1,
    wrap: (...ps) => {
      const half = ps.length >>> 1;
      return overUdp(6343, sflow(flowSampleOf(tecmp(...ps.slice(0, half)), tecmp(...ps.slice(half)))));
    },
  },
];

/** Encapsulations that hold only one version of IP. */
export const ONLY_IPV4: ReadonlySet<string> = new Set(['WCCP']);
export const ONLY_IPV6: ReadonlySet<string> = new Set(['Teredo']);

export const ENCAPSULATIONS: readonly Encapsulation[] = [...links, ...tunnels];

function tagged(packet: Bytes, type: number, tag: Bytes | string, trailer: Bytes = zeroes(0)): Bytes {
  return ethernet(bytes(tag, be16(etherType(packet)), packet, trailer), { type });
}

function label(value: number, last: boolean): Bytes {
  return bytes(be32((value << 12) | (last ? 0x100 : 0) | 64));
}

function hdlc(packet: Bytes): Bytes {
  return bytes('0f 00', be16(etherType(packet)), packet);
}

function pppoe(packet: Bytes): Bytes {
  return bytes('11 00 00 0b', be16(2 + packet.length), pppProtocol(packet), packet);
}

function isl(packet: Bytes): Bytes {
  const frame = bytes(ethernet(packet), zeroes(4));
  return bytes(
    '01 00 0c 00 00 00 02 00 00 00 00 01',
    be16(12 + frame.length),
    'aa aa 03 02 00 00 00 0a 00 00 00 00',
    frame,
    0,
    0,
    0,
    0,
  );
}

function endace(packet: Bytes, type: string, extension: Bytes = zeroes(0)): Bytes {
  const record = bytes(extension, '00 00', ethernet(packet));
  return bytes(zeroes(8), type, '00', be16(16 + record.length), '00 00', be16(ethernet(packet).length), record);
}

function endaceRecord(type: string, packet: Bytes): Bytes {
  return bytes(zeroes(8), type, '04', be16(16 + packet.length), '00 00', be16(packet.length), packet);
}

/** Behind one frame of A-MSDU three bytes fill up, as in front of another. */
function aggregate(...packets: readonly Bytes[]): Bytes {
  const msdus = packets.map((packet) => {
    const msdu = snap(packet);
    return words(bytes('02 00 00 00 00 01 02 00 00 00 00 02', be16(msdu.length), msdu));
  });
  return bytes('88 02 2c 00', WLAN_ADDRESSES, '10 00 80 00', ...msdus);
}

/** Filled up to words. */
function words(of: Bytes): Bytes {
  return bytes(of, zeroes(-of.length & 3));
}

function netfilterLog(packet: Bytes, order: (value: number) => number[]): Bytes {
  const prefix = bytes(order(8), order(10), text('abc'), 0);
  return bytes(family(packet, 10), '00 00 00', prefix, order(4 + packet.length), order(9), packet);
}

function macosTap(packet: Bytes): Bytes {
  return bytes(le32(108), le32(1), le32(101), text('utun0'), zeroes(91), packet);
}

function sflow(...samples: readonly Bytes[]): Bytes {
  const counters = bytes(be32(2), be32(12), zeroes(12));
  return bytes(be32(5), be32(1), '0a 14 1e 28', zeroes(12), be32(1 + samples.length), counters, ...samples);
}

function flowSample(...packets: readonly Bytes[]): Bytes {
  return flowSampleOf(...packets.map((packet) => ethernet(packet)));
}

function flowSampleOf(...frames: readonly Bytes[]): Bytes {
  const other = bytes(be32(1001), be32(16), zeroes(16));
  const records = frames.map((frame) => {
    const padded = words(frame);
    const header = bytes(be32(1), be32(frame.length + 4), be32(4), be32(frame.length));
    return bytes(be32(1), be32(16 + padded.length), header, padded);
  });
  const sample = bytes(zeroes(28), be32(1 + frames.length), other, ...records);
  return bytes(be32(1), be32(sample.length), sample);
}

function tecmp(...packets: readonly Bytes[]): Bytes {
  return tecmpOf(...packets.map((packet) => ethernet(packet)));
}

/** What a recorder heard on one channel: frames of Ethernet. */
export function tecmpOf(...frames: readonly Bytes[]): Bytes {
  const entries = frames.map((frame) => {
    return bytes('00 00 00 01', zeroes(8), be16(frame.length), '00 00', frame);
  });
  return ethernet(bytes('00 80 00 01 03 03 00 80 00 00 00 0f', ...entries), { type: 0x99fe });
}

/** A length in one byte where it fits; the protocol where it is not that of the packet before. */
function multiplexed(...packets: readonly Bytes[]): Bytes {
  return bytes(
    ...packets.map((packet, i) => {
      const isOther = i === 0 || etherType(packet) !== etherType(packets[i - 1]!);
      const whole = isOther ? bytes(pppProtocol(packet), packet) : packet;
      const flag = isOther ? 0x80 : 0;
      return bytes(whole.length < 64 ? [flag | whole.length] : be16((flag << 8) | 0x4000 | whole.length), whole);
    }),
  );
}

function ax25(packet: Bytes): Bytes {
  return bytes(AX25_ENDS, '03 cc', packet);
}

function fibreChannel(packet: Bytes, options = '00', optional: Bytes = zeroes(0)): Bytes {
  const header = bytes('04 01 02 03 00 01 02 04 05 29 00 00 00', options, '00 00 ff ff ff ff', zeroes(4));
  return bytes(header, optional, snap(packet));
}

function globalRoute(packet: Bytes): Bytes {
  return bytes('60 00 00 00', be16(baseTransport(packet).length), '1b 40', zeroes(32));
}

function baseTransport(packet: Bytes): Bytes {
  const headers = bytes('64 00 ff ff 00 00 00 48 00 00 00 01', '00 00 00 01 00 00 00 02');
  return bytes(headers, be16(etherType(packet)), '00 00', packet, zeroes(4));
}

function exportTag(tag: number, value: Bytes): Bytes {
  return bytes(be16(tag), be16(value.length), value);
}

/** Between flags, with flags, escapes and control characters escaped (RFC 1662 4.2). */
function asynchronous(frame: Bytes): Bytes {
  const escaped = [...frame].flatMap((byte) =>
    byte < 0x20 || byte === 0x7d || byte === 0x7e ? [0x7d, byte ^ 0x20] : [byte],
  );
  return bytes(0x7e, escaped, 0x7e);
}
