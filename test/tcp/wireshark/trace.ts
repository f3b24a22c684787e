import { ACK, AE, BAD_DATA_OFFSET, CWR, ECE, FIN, PSH, RST, Segment, SYN, URG } from '../../../lib/packet/segment.ts';
import { Completeness } from '../../../lib/tcp/wireshark/completeness.ts';
import { Labels, labelNames } from '../../../lib/tcp/wireshark/labels.ts';
import { StreamNumbers } from '../../../lib/tcp/wireshark/streams.ts';

/**
 * One line of a trace: `milliseconds > flags seq ack length window [wsN|mpN|ofN] | what is expected`. `Q>` is an ICMP quote,
 * `wsN` a window scale, `mpN` an MPTCP option of subtype N, 12 bytes long,
 * `ofN` a header that claims to be N bytes long, and is 20.
 */
export interface Line {
  readonly fromLow: boolean;
  readonly quoted: boolean;
  readonly milliseconds: number;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  readonly window: number;
  readonly windowScale: number;
  /** Subtype of an MPTCP option, -1 for none. */
  readonly mptcp?: number;
  /** Length that the header claims, -1 for the right one. */
  readonly claimed?: number;
  readonly expected: string;
}

const FLAGS: { readonly [letter: string]: number } = {
  F: FIN,
  S: SYN,
  R: RST,
  P: PSH,
  A: ACK,
  U: URG,
  E: ECE,
  W: CWR,
  N: AE,
  '-': 0,
};

export function parseTrace(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [facts = '', expected = ''] = line.split('|').map((part) => part.trim());
      const [milliseconds, side = '', flags = '', seq, ack, length, window, option] = facts.split(/\s+/);
      return {
        fromLow: side.endsWith('>'),
        quoted: side.startsWith('Q'),
        milliseconds: Number(milliseconds),
        flags: [...flags].reduce((sum, letter) => sum | FLAGS[letter]!, 0),
        seq: Number(seq),
        ack: Number(ack),
        length: Number(length),
        window: Number(window),
        windowScale: numberIn('ws', option),
        mptcp: numberIn('mp', option),
        claimed: numberIn('of', option),
        expected,
      };
    });
}

function numberIn(name: string, option = ''): number {
  return option.startsWith(name) ? Number(option.slice(name.length)) : -1;
}

export interface Outcome {
  /** Per line: stream number, and labels as they stand at the end. Quotes have no labels. */
  readonly streams: number[];
  readonly labels: string[];
  readonly completeness: number[];
}

/** Walks one pair of endpoints through a trace, the way the analyzer does. */
export function follow(lines: readonly Line[]): Outcome {
  const numbers = new StreamNumbers();
  const completeness = new Completeness();
  const masks: number[] = [];
  const labels = new Labels({
    onRevise: (frame, mask) => {
      masks[frame - 1] = mask;
    },
  });
  const segment = new Segment();
  const streams: number[] = [];
  for (const [index, line] of lines.entries()) {
    fill(segment, line, index + 1);
    if (line.quoted) {
      const stream = numbers.ofQuoted(0, segment, line.fromLow);
      labels.quote(stream, segment, line.fromLow);
      completeness.stepQuoted(stream, segment, numbers.reused);
      streams.push(stream);
      masks.push(0);
      continue;
    }
    const stream = numbers.of(0, segment, line.fromLow);
    masks.push(labels.label(stream, segment, line.fromLow, numbers.reused));
    completeness.step(stream, segment, numbers.reused);
    streams.push(stream);
  }
  return {
    streams,
    labels: masks.map((mask) => labelNames(mask).join(' ')),
    completeness: Array.from({ length: numbers.count }, (_, stream) => completeness.of(stream)),
  };
}

function fill(segment: Segment, line: Line, frame: number): void {
  segment.frame = frame;
  const seconds = Math.floor(line.milliseconds / 1000);
  segment.seconds = 1_600_000_000 + seconds;
  segment.nanos = Math.round((line.milliseconds - seconds * 1000) * 1e6);
  segment.flags = line.flags;
  segment.seq = line.seq | 0;
  segment.ack = line.ack | 0;
  segment.length = line.length;
  segment.window = line.window;
  segment.windowScale = line.windowScale;
  const claimed = line.claimed ?? -1;
  segment.headerLength = claimed < 0 ? 20 : claimed;
  segment.troubles = claimed < 0 ? 0 : BAD_DATA_OFFSET;
  segment.undivided = 20 + line.length;
  if (claimed >= 0) segment.length = 0;
  segment.mptcp = (line.mptcp ?? -1) >= 0;
  segment.mptcpKinds = segment.mptcp ? 1 << line.mptcp! : 0;
}
