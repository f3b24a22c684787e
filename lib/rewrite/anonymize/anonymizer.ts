import type { Frame } from '../../capture/frame.ts';
import { IP_FRAGMENT, linkKey, MAX_LAYERS } from '../../packet/keys.ts';
import { Segment } from '../../packet/segment.ts';
import { LAYERS } from '../../packet/table.ts';
import { Walk } from '../../packet/walk.ts';
import { AddressMap } from './addresses.ts';
import type { KeyedHash } from './keyed.ts';
import { Rewriting } from './rewriting.ts';
import { CARRIERS, END_RULES, FIRST_FRAGMENTS, HEADER_RULES } from './rules.ts';

/**
 * Makes frames anonymous: the way of the decoder, header by header, with a rule for each (rules.ts). What no rule keeps
 * or maps is zero; at a header without a rule the frame is cut. Lengths, times, ports and numbers stay.
 */
export class Anonymizer {
  private readonly rewriting: Rewriting;

  constructor(hash: KeyedHash) {
    this.rewriting = new Rewriting(new AddressMap(hash));
  }

  /**
   * Turns `frame` into its anonymous self, in bytes that are valid until the next call. False if it, or one of several
   * packets in it, had to be cut.
   */
  rewrite(frame: Frame): boolean {
    const { rewriting } = this;
    const { start, captured } = frame;
    rewriting.begin(frame.bytes.subarray(start, start + captured));
    // A header that is cut may be stepped over beyond what was captured.
    const ends = this.followAll(frame).map((end) => Math.min(end, captured));
    const end = Math.max(...ends);
    rewriting.finish(end);
    frame.bytes = rewriting.after;
    frame.start = 0;
    frame.captured = end;
    return ends.every((each) => each === captured);
  }

  /** Up to where the frame is to be kept, by each of its packets: what is not kept of one before another is zero. */
  private followAll(frame: Frame): number[] {
    // Anew for each frame: fragments are not to be put together.
    const segment = new Segment();
    const walk = new Walk(segment);
    walk.read(frame.bytes);
    walk.begin(frame);
    const ends = [this.follow(walk, linkKey(frame.linkType), frame)];
    while (walk.left > 0) ends.push(this.follow(walk, walk.resume(segment), frame));
    return ends;
  }

  /** Of one packet, up to where the frame is to be kept. */
  private follow(walk: Walk, first: number, frame: Frame): number {
    const { rewriting } = this;
    const { before } = rewriting;
    const origin = frame.start;
    let key = first;
    for (let depth = 0; depth < MAX_LAYERS; depth++) {
      const at = walk.at;
      const around = { start: at - origin, dataEnd: walk.end - origin, wireEnd: walk.wireEnd - origin };
      const { segment } = walk;
      const endRule = END_RULES.get(key);
      if (endRule !== undefined) {
        return endRule(rewriting, { ...around, end: around.start, segment }) ? frame.captured : around.start;
      }
      const layer = LAYERS.get(key);
      const rule = layer && HEADER_RULES.get(layer);
      if (layer === undefined || rule === undefined) return around.start;
      const next = layer(walk);
      // What had to be unpacked can't be written back.
      if (walk.bytes !== frame.bytes) return around.start;
      const end = walk.at - origin;
      if (!rule(rewriting, { ...around, end, segment })) return around.start;
      if (next >= 0) key = next;
      else if (next === IP_FRAGMENT) {
        const first = FIRST_FRAGMENTS.get(layer)?.(before, around.start) ?? null;
        if (first === null) return frame.captured;
        key = first;
      } else {
        return CARRIERS.has(layer) && end === around.start ? frame.captured : end;
      }
    }
    return walk.at - origin;
  }
}
