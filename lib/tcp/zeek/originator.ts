import { ACK, type Segment, SYN } from '../../packet/segment.ts';

/** TCP ports of Zeek's `likely_server_ports`, as its default scripts fill it: single ports and `[first, last]`. */
const LIKELY_SERVER_PORTS: readonly (number | readonly [number, number])[] = [
  [21, 22], // ftp, ssh
  25, // smtp
  43, // whois
  53, // dns
  79, // finger
  [80, 81], // http
  88, // kerberos
  110, // pop3
  135, // dce-rpc
  139, // smb
  143, // imap
  389, // ldap
  443, // tls
  445, // smb
  502, // modbus
  563, // nntps
  585, // imap4-ssl
  587, // smtp submission
  614, // sshell
  631, // http (ipp)
  636, // ldaps
  [989, 990], // ftps
  [992, 993], // telnets, imaps
  995, // pop3s
  1080, // http, socks
  1434, // mysql
  1883, // mqtt
  2811, // gridftp
  3128, // http proxy
  3268, // ldap, global catalogue
  3306, // mysql
  3389, // rdp
  [5222, 5223], // xmpp
  5269, // xmpp
  5432, // postgresql
  6379, // redis
  [6666, 6669], // irc
  8000, // http
  8080, // http
  8888, // http
  20_000, // dnp3
];

const serverPorts = new Set<number>();
for (const entry of LIKELY_SERVER_PORTS) {
  const [first, last] = typeof entry === 'number' ? [entry, entry] : entry;
  for (let port = first; port <= last; port++) serverPorts.add(port);
}

/** Ports at which Zeek waits an hour, not five minutes, before it takes an established connection for dead. */
export const PATIENT_PORTS: ReadonlySet<number> = new Set([21, 22, 23, 513]);

/**
 * Zeek takes the sender of the first segment for the originator, unless the segment is no SYN and the ports say
 * otherwise: then the roles are flipped, `^` in the history. With two likely ports the lower one is the server's, but
 * a SYN-ACK is left alone (it may be a scan with SYN-ACKs).
 */
export function looksFlipped(first: Segment): boolean {
  const synFlags = first.flags & (SYN | ACK);
  if (synFlags === SYN || !serverPorts.has(first.srcPort)) return false;
  if (!serverPorts.has(first.dstPort)) return true;
  return synFlags !== (SYN | ACK) && first.srcPort < first.dstPort;
}
