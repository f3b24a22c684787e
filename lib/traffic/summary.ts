import type { TimesFacts } from '../facts/services.ts';

/** Connection numbers kept as examples. */
export const EXAMPLES = 20;

/** Turns an address, as four int32s, into text. */
export type AddressText = (ipVersion: number, a: number, b: number, c: number, d: number) => string;

/** Times that somebody else gathers. */
export interface ResponseTimes {
  facts(): Omit<TimesFacts, 'histogram'> | null;
  histogram(): TimesFacts['histogram'];
}

/** The client's address as the key of a map: an IPv4 one as int32, an IPv6 one as four, in text. */
export function addressKey({ ipVersion, client }: ConnectionSummary): number | string {
  return ipVersion === 4 ? client[3]! : client.join();
}

/** The address that a key stands for. */
export function keyText(key: number | string, text: AddressText): string {
  if (typeof key === 'number') return text(4, 0, 0, 0, key);
  const [a, b, c, d] = key.split(',').map(Number) as [number, number, number, number];
  return text(6, a, b, c, d);
}

interface Sighting {
  frame: number;
  seconds: number;
  nanos: number;
}

/**
 * What one connection adds to the counters: a reused cursor that the engine fills when a connection ends. Seconds are
 * whole, since the capture's first packet; -1 means never.
 */
export class ConnectionSummary {
  number = 0;
  firstFrame = 0;
  lastFrame = 0;
  ipVersion = 4;
  readonly server: Int32Array = new Int32Array(4);
  readonly client: Int32Array = new Int32Array(4);
  serverPort = 0;

  /** The capture holds the SYN, at this second. */
  begun = -1;
  /** The handshake was completed, within three seconds of the SYN. */
  completed = false;
  refused = false;
  reset = false;
  /** Any segment of the server's was seen. */
  answered = false;
  /** Second at which it stopped to be half-open: completed, refused, reset, or the end of the capture. */
  settled = -1;
  synCount = 0;
  synAckCount = 0;
  /** TTL of the first segment. */
  ttl = 0;

  /** The server's CLOSE_WAIT. */
  closeWaitFrom = -1;
  closeWaitTo = -1;

  /** Its first segment, as capture time; and how long it lasted, seconds, -1 if it was still open. */
  startSeconds = 0;
  startNanos = 0;
  duration = -1;
  /** SYN to the ACK that completed the handshake, seconds; -1 when it was not seen whole. */
  handshake = -1;
  /** Payload both ways. */
  bytes = 0;
  /** The client's data was acknowledged, and the server never sent any. */
  unheard = false;
  /** Second of the reset that ended it while both ends were open. */
  cutOff = -1;
  /** Options of the SYN (bits), and those among them that the SYN-ACK answered; 0 where either was not seen. */
  offered = 0;
  answers = 0;

  /** SYN-ACKs repeated although the tap had seen the final ACK; first and last. */
  synAcksIgnored = 0;
  dataIgnored = false;
  readonly ignoredFirst: Sighting = { frame: 0, seconds: 0, nanos: 0 };
  readonly ignoredLast: Sighting = { frame: 0, seconds: 0, nanos: 0 };

  /** Times of all responses of the service, shared by its connections; null while there are none. */
  responses: ResponseTimes | null = null;

  /** Who holds TIME_WAIT: 0 nobody, 1 the client, 2 the server, 3 both; from when to when. */
  timeWaitBy = 0;
  timeWaitFrom = -1;
  timeWaitTo = -1;
  timeWaitFrame = 0;

  /** Back to a connection of which nothing is known. Addresses and identity are left for the next to fill. */
  clear(): void {
    this.begun = -1;
    this.completed = false;
    this.refused = false;
    this.reset = false;
    this.answered = false;
    this.settled = -1;
    this.synCount = 0;
    this.synAckCount = 0;
    this.ttl = 0;
    this.closeWaitFrom = -1;
    this.closeWaitTo = -1;
    this.startSeconds = 0;
    this.startNanos = 0;
    this.duration = -1;
    this.handshake = -1;
    this.bytes = 0;
    this.unheard = false;
    this.cutOff = -1;
    this.offered = 0;
    this.answers = 0;
    this.synAcksIgnored = 0;
    this.dataIgnored = false;
    this.responses = null;
    this.timeWaitBy = 0;
    this.timeWaitFrom = -1;
    this.timeWaitTo = -1;
    this.timeWaitFrame = 0;
  }
}
