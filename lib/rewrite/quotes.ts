import type { Frame } from '../capture/frame.ts';
import { Decoder, ICMP_ERROR, TCP } from '../packet/decoder.ts';
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
    const kind = this.decoder.decode(frame);
    if (kind === ICMP_ERROR) return this.meant.has(tuple(this.decoder.icmp.quoted));
    if (kind === TCP && (isMeant || this.meant.size > 0)) {
      if (isMeant) this.meant.add(tuple(this.decoder.segment));
      else this.meant.delete(tuple(this.decoder.segment));
    }
    return false;
  }
}

/** Both endpoints, the same in either direction. */
function tuple(s: Segment): string {
  const from = `${s.srcA} ${s.srcB} ${s.srcC} ${s.srcD} ${s.srcPort}`;
  const to = `${s.dstA} ${s.dstB} ${s.dstC} ${s.dstD} ${s.dstPort}`;
  return from < to ? `${from} ${to}` : `${to} ${from}`;
}
