import type { TapChange, Travel } from '../../facts/taps.ts';
import { FLAG_NAMES, SYN } from '../../packet/segment.ts';
import type { Sighting } from './sighting.ts';

/** Different changes that are told apart. */
const MOST_CHANGES = 512;
const EXAMPLES = 8;

const YES = 'yes';
const NO = 'none';

interface Field {
  readonly what: string;
  /** Looked at in SYNs alone; stands in an option, which a snap length may have cut off. */
  readonly syn?: boolean;
  readonly option?: boolean;
  readonly text: (s: Sighting) => string;
}

/** What of a segment the path may change though it should not, or is good to know: a text of it at each tap. */
const FIELDS: readonly Field[] = [
  { what: 'MSS', syn: true, option: true, text: ({ mss }) => (mss === 0 ? NO : String(mss)) },
  {
    what: 'window scale',
    syn: true,
    option: true,
    text: ({ windowScale }) => (windowScale < 0 ? NO : String(windowScale)),
  },
  { what: 'SACK permitted', syn: true, option: true, text: ({ sackPermitted }) => (sackPermitted ? YES : NO) },
  {
    what: 'Fast Open option',
    syn: true,
    option: true,
    text: ({ tfoCookie }) => (tfoCookie < 0 ? NO : `${tfoCookie} bytes`),
  },
  { what: 'timestamps option', option: true, text: ({ hasTimestamps }) => (hasTimestamps ? YES : NO) },
  { what: 'MPTCP option', option: true, text: ({ mptcp }) => (mptcp ? YES : NO) },
  {
    what: 'SACK blocks',
    option: true,
    text: ({ sackCount, sackHash }) => (sackCount === 0 ? NO : `${sackCount}${FINGERPRINT}${sackHash}`),
  },
  { what: 'window', text: ({ window }) => `${FINGERPRINT}${window}` },
  { what: 'flags', text: ({ flags }) => flagText(flags) },
  { what: 'ECN bits', text: ({ ecn }) => ['not ECT', 'ECT(1)', 'ECT(0)', 'CE'][ecn]! },
  { what: 'urgent pointer', text: ({ urgent }) => String(urgent) },
];

/** What stands behind it is compared, and not told: there would be as many changes as segments. */
const FINGERPRINT = '\u0000';

/** The fields that left one tap and came to the other as something else, by what they were and became. */
export class Changes {
  private readonly found = new Map<string, TapChange & { segments: number; examples: [number, number][] }>();

  /** `sent` and `arrived` are one transmission; `frames`: at the client's tap and at the server's. */
  compare(way: Travel, sent: Sighting, arrived: Sighting, frames: [number, number]): void {
    const headersWhole = sent.isWhole && arrived.isWhole;
    for (const { what, syn, option, text } of FIELDS) {
      if (syn === true && (sent.flags & SYN) === 0) continue;
      if (option === true && !headersWhole) continue;
      const before = text(sent);
      const after = text(arrived);
      if (before !== after) this.note(what, way, told(before), told(after), frames);
    }
    const isWhole = sent.payloadCaptured === arrived.payloadCaptured;
    if (isWhole && sent.payloadHash !== arrived.payloadHash)
      this.note('payload', way, 'as sent', 'other bytes', frames);
  }

  facts(): TapChange[] {
    return [...this.found.values()].sort((a, b) => b.segments - a.segments || (a.what < b.what ? -1 : 1));
  }

  private note(what: string, way: Travel, before: string, after: string, frames: [number, number]): void {
    const key = `${what} ${way} ${before} ${after}`;
    const known = this.found.get(key);
    if (known !== undefined) {
      known.segments++;
      if (known.examples.length < EXAMPLES) known.examples.push(frames);
    } else if (this.found.size < MOST_CHANGES) {
      this.found.set(key, { what, way, before, after, segments: 1, examples: [frames] });
    }
  }
}

function told(text: string): string {
  const cut = text.indexOf(FINGERPRINT);
  return cut < 0 ? text : cut === 0 ? 'as sent' : text.slice(0, cut);
}

function flagText(flags: number): string {
  return FLAG_NAMES.filter((_, bit) => (flags >> bit) & 1).join(' ') || NO;
}
