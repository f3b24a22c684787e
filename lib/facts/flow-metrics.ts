/** A quantity seen many times. Null where it was never seen. */
export interface Spread {
  readonly samples: number;
  readonly min: number;
  readonly max: number;
  readonly average: number;
  /** Standard deviation of the samples. */
  readonly deviation: number;
}

/**
 * What long listings of TCP connections add to `EndpointFacts`, for one endpoint: counts of its segments by kind, sizes,
 * windows, flight and times. Times in seconds. Computed only when asked for.
 */
export interface FlowMetrics {
  readonly acks: number;
  /** ACKs without payload, SYN, FIN or RST. */
  readonly pureAcks: number;
  readonly resets: number;
  readonly syns: number;
  readonly fins: number;
  readonly pushed: number;
  readonly urgentSegments: number;
  readonly urgentBytes: number;
  readonly sackSegments: number;
  readonly dsackSegments: number;
  readonly maxSackBlocks: number;
  readonly zeroWindowProbeBytes: number;
  /** Payload sizes of its segments, bytes. */
  readonly segmentBytes: Spread | null;
  /** Windows that it advertised, SYN and RST aside, bytes; and how often it was zero. */
  readonly windowBytes: Spread | null;
  readonly zeroWindows: number;
  /** Bytes in flight after each of its data segments, as the tap counts them; and their average over time. */
  readonly flightBytes: Spread | null;
  readonly flightBytesOverTime: number | null;
  /** Sent before the first ACK of any of it. */
  readonly initialWindowBytes: number;
  readonly initialWindowSegments: number;
  /** From its SYN to its FIN, null without both; and what of it the tap never saw. */
  readonly streamBytes: number | null;
  readonly missedBytes: number | null;
  /** Data segments of which the capture holds less than was sent, and by how much. */
  readonly cutSegments: number;
  readonly cutBytes: number;
  /** From its first to its last payload; longest silence; unique bytes a second of the connection. */
  readonly transferTime: number;
  readonly longestSilence: number;
  readonly throughput: number | null;
  readonly rtt: Spread | null;
  /** Of segments of full size alone. */
  readonly fullSizeRtt: Spread | null;
  /** Answers to it: ACKs of something sent again, segments acknowledged together with a later one, duplicate ACKs. */
  readonly ambiguousAcks: number;
  readonly acknowledgedTogether: number;
  readonly duplicateAcks: number;
  readonly tripleDuplicateAcks: number;
  /** The most repeats of one segment, and the time from one copy to the next. */
  readonly maxRepeats: number;
  readonly repeatTime: Spread | null;
}
