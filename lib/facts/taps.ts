import type { Moment } from './moment.ts';
import type { TimesFacts } from './services.ts';

/** Which way a packet travels between two taps. */
export type Travel = 'clientToServer' | 'serverToClient';

export type TapName = 'client' | 'server';

/** The same traffic captured at two points, matched packet by packet. Times are by the clock of the client's tap. */
export interface TapComparison {
  readonly taps: { readonly client: TapFacts; readonly server: TapFacts };
  readonly clock: ClockFacts;
  /** Connections seen at both taps, and at one alone. */
  readonly connections: { readonly both: number; readonly clientOnly: number; readonly serverOnly: number };
  /**
   * Segments of connections seen at one tap alone, with a host that the other tap never met: they took another way, and
   * are not compared.
   */
  readonly apart: { readonly client: number; readonly server: number };
  readonly translations: readonly Translation[];
  readonly ways: { readonly [travel in Travel]: WayFacts };
  readonly events: readonly TapEvent[];
  /** Events beyond those listed: they are counted, and no more is known of them. */
  readonly eventsLeftOut: number;
  readonly changes: readonly TapChange[];
  /** Packets not found at the other tap that had to be given up before their time, because too many waited. */
  readonly judgedEarly: number;
}

export interface TapFacts {
  readonly path: string;
  readonly frames: number;
  readonly segments: number;
  readonly start: Moment | null;
  readonly end: Moment | null;
}

export interface ClockFacts {
  /** What the server tap's clock shows when the client tap's shows zero seconds, at the first packet matched. */
  readonly offset: number;
  /**
   * It may be wrong by this much: half the shortest round trip between the taps. Null where packets went one way only: the
   * delay of the path is in the offset then, and nobody knows how much that is.
   */
  readonly uncertainty: number | null;
  /** How fast the server tap's clock runs away from the client tap's, parts per million; null where none shows. */
  readonly driftPpm: number | null;
  /** Shortest way there and shortest way back, together, seconds: known whatever the clocks say. */
  readonly roundTrip: number;
  /** Packets that it was taken from. */
  readonly samples: number;
  readonly given: boolean;
}

/** Addresses or ports of connections differ between the taps: somebody translates. */
export interface Translation {
  /** Of this end of the connections. */
  readonly end: TapName;
  /** As the client's tap sees it, and as the server's does. */
  readonly atClient: string;
  readonly atServer: string;
  readonly connections: number;
  /** Of these connections: as many had another port as well. */
  readonly portsChanged: number;
}

export interface WayFacts {
  /** Segments that passed the tap nearer to the sender, and what became of them. */
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  /** Of those: sent before the first packet of the other capture or after its last, so that it may just not hold them. */
  readonly lostUncertain: number;
  readonly lostBytes: number;
  readonly duplicated: number;
  readonly delayed: number;
  /** Seen at the tap farther from the sender only. */
  readonly appeared: number;
  /** Segments that came in other pieces than they were sent in. */
  readonly resegmented: number;
  /** Copies at one tap of what the other saw once: made by the capture, not by the network. */
  readonly copies: number;
  /** Between the taps, by the clocks as estimated. */
  readonly delay: TimesFacts | null;
  /** By how much the TTL went down: [hops, segments], most first. */
  readonly hops: readonly (readonly [number, number])[];
}

export type TapEventKind = 'lost' | 'duplicated' | 'delayed' | 'appeared';

/** Something that happened to one packet between the taps. */
export interface TapEvent {
  readonly kind: TapEventKind;
  readonly way: Travel;
  /** Of the packet at the tap that saw it first. */
  readonly time: Moment;
  /** Sender and receiver as the tap nearer to the sender sees them (of those that appeared: the other one). */
  readonly from: string;
  readonly to: string;
  readonly flags: readonly string[];
  /** Raw sequence number, and payload on the wire. */
  readonly seq: number;
  readonly length: number;
  readonly clientFrames: readonly number[];
  readonly serverFrames: readonly number[];
  /** Lost: bytes of it that never arrived. Delayed: seconds later than it might have come. */
  readonly bytes?: number;
  readonly seconds?: number;
  /** Delayed: packets sent after it came before it. */
  readonly overtaken?: boolean;
  /** False where the other capture may just not hold it. */
  readonly certain: boolean;
  /** Appeared: TTL, and what is usual for this sender there. */
  readonly ttl?: number;
  readonly usualTtl?: number | null;
}

/** A field that left one tap and came to the other as something else, many times over. */
export interface TapChange {
  readonly what: string;
  readonly way: Travel;
  readonly before: string;
  readonly after: string;
  readonly segments: number;
  /** [client's tap, server's tap]: frames of the first few. */
  readonly examples: readonly (readonly [number, number])[];
}
