import { seqLt } from '../../bytes/seq.ts';
import type { Segment } from '../../packet/segment.ts';

/** The port on which Wireshark looks for SOCKS. */
export const SOCKS_PORT = 1080;

const VERSION_4 = 4;
const VERSION_5 = 5;
const GRANTED = 0x5a;
const NO_AUTHENTICATION = 0;
const USER_AND_PASSWORD = 2;
const CONNECT = 1;
/** A request of version 4 begins with version, command and port. */
const PORT_4_END = 4;

/** What is awaited next, and of whom: the client is whoever sends first. */
type Step = (first: number, second: number, captured: number) => Awaited;
interface Awaited {
  readonly ofClient: boolean | null;
  /** Wireshark reads it to its end, and gives it up where the capture has less. */
  readonly whole?: boolean;
  readonly step: Step;
}

const OVER: Awaited = { ofClient: null, step: () => OVER };
const RELAYED: Awaited = { ofClient: null, step: () => OVER };
const GREETING: Awaited = {
  ofClient: true,
  step: (version, _, captured) => {
    if (version === VERSION_4) return captured < PORT_4_END ? OVER : REPLY_4;
    return version === VERSION_5 ? METHOD : OVER;
  },
};
const REPLY_4: Awaited = { ofClient: false, step: (_, code) => (code === GRANTED ? RELAYED : OVER) };
// RFC 1928 3, RFC 1929 2, RFC 1928 4 and 6. Wireshark asks neither whether the password nor whether the command was taken.
const METHOD: Awaited = {
  ofClient: false,
  step: (_, method) => (method === NO_AUTHENTICATION ? COMMAND : method === USER_AND_PASSWORD ? PASSWORD : OVER),
};
const PASSWORD: Awaited = { ofClient: true, step: () => PASSWORD_REPLY };
const PASSWORD_REPLY: Awaited = { ofClient: false, step: () => COMMAND };
const COMMAND: Awaited = {
  ofClient: true,
  whole: true,
  step: (_, command) => (command === CONNECT ? REPLY_5 : OVER),
};
const REPLY_5: Awaited = { ofClient: false, step: () => RELAYED };

interface Proxied {
  readonly clientIsLow: boolean;
  awaited: Awaited;
  /** Next payload of each side: what comes from below is a repeat. */
  nextLow: number | null;
  nextHigh: number | null;
}

/**
 * Wireshark takes what a SOCKS proxy relays for a conversation of its own, with the port of the far server in place of
 * the proxy's, and that uses up a stream number which no segment of the capture shows. Followed only so far as to know
 * when: at the first payload after the proxy has said yes.
 */
export class SocksConversations {
  private readonly streams = new Map<number, Proxied>();

  /** True when this payload is the first that is relayed in its stream. */
  begins(stream: number, segment: Segment, fromLow: boolean): boolean {
    if (segment.payloadCaptured === 0) return false;
    let proxied = this.streams.get(stream);
    if (proxied === undefined) {
      proxied = { clientIsLow: fromLow, awaited: GREETING, nextLow: null, nextHigh: null };
      this.streams.set(stream, proxied);
    }
    const { awaited } = proxied;
    if (awaited === OVER || repeats(proxied, segment, fromLow)) return false;
    if (awaited === RELAYED) {
      proxied.awaited = OVER;
      return true;
    }
    if (awaited.ofClient === (fromLow === proxied.clientIsLow)) {
      const { bytes, payloadStart, payloadCaptured, length } = segment;
      if (awaited.whole === true && payloadCaptured < length) return false;
      proxied.awaited = awaited.step(
        bytes[payloadStart]!,
        payloadCaptured > 1 ? bytes[payloadStart + 1]! : -1,
        payloadCaptured,
      );
    }
    return false;
  }
}

function repeats(proxied: Proxied, { seq, length }: Segment, fromLow: boolean): boolean {
  const next = fromLow ? proxied.nextLow : proxied.nextHigh;
  if (next !== null && seqLt(seq, next)) return true;
  if (fromLow) proxied.nextLow = (seq + length) | 0;
  else proxied.nextHigh = (seq + length) | 0;
  return false;
}
