import type { Frame } from '../capture/frame.ts';
import { Decoder, ICMP_ERROR, NOT_TCP } from '../packet/decoder.ts';
import type { Segment } from '../packet/segment.ts';

/**
 * ICMP errors about what is meant: those that quote a 4-tuple whose latest segment was meant. Frames must be shown in
 * the order of the capture, all of them.
 */
export class QuoteFinder {
  private readonly decoder = new Decoder();
  private readonly meant = new Set<string>();

  /** True if this frame is such an error; `isMeant` says whether the frame itself is meant. */
  belongs(frame: Frame, isMeant: boolean): boolean {
    const { decoder, meant } = this;
    let belongs = false;
    for (let kind = decoder.decode(frame); kind !== NOT_TCP; kind = decoder.decodeMore(frame)) {
      if (kind === ICMP_ERROR) belongs ||= meant.has(tuple(decoder.icmp.quoted));
      else if (isMeant) meant.add(tuple(decoder.segment));
      else if (meant.size > 0) meant.delete(tuple(decoder.segment));
    }
    return belongs;
  }
}

/** Both endpoints, the same in either direction. */
function tuple(s: Segment): string {
  const from = `${s.srcA} ${s.srcB} ${s.srcC} ${s.srcD} ${s.srcPort}`;
  const to = `${s.dstA} ${s.dstB} ${s.dstC} ${s.dstD} ${s.dstPort}`;
  return from < to ? `${from} ${to}` : `${to} ${from}`;
}
