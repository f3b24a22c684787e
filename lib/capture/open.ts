import type { Frame } from './frame.ts';
import { Inbox } from './inbox.ts';
import { addProblem, emptyInfo } from './info.ts';
import { LimitedReader } from './limited.ts';
import { isPcap, PcapReader } from './pcap.ts';
import { SECTION_HEADER } from './pcapng/block.ts';
import { PcapngReader } from './pcapng/reader.ts';
import type { CaptureInfo, CaptureReader } from './reader.ts';
import { describeUnknown, JUDGED_BYTES } from './unknown.ts';

/**
 * A reader for whatever capture its first bytes turn out to be. If they are none, `info.format` stays
 * `UNKNOWN_FORMAT` and the one problem says what they look like. With a limit, only so many frames are read.
 */
export function createReader(limit?: number): CaptureReader {
  const reader = new DetectingReader();
  return limit === undefined ? reader : new LimitedReader(reader, limit);
}

class DetectingReader implements CaptureReader {
  readonly info: CaptureInfo = emptyInfo();
  private readonly inbox = new Inbox();
  private reader: CaptureReader | null = null;
  private refused = false;

  get full(): boolean {
    return this.refused || this.reader?.full === true;
  }

  write(chunk: Uint8Array): void {
    if (this.reader !== null) this.reader.write(chunk);
    else if (!this.refused) this.inbox.write(chunk);
  }

  next(frame: Frame): boolean {
    return this.reader !== null ? this.reader.next(frame) : this.detect() && this.reader!.next(frame);
  }

  end(): void {
    if (this.reader !== null) this.reader.end();
    else if (!this.refused) this.refuse();
  }

  private detect(): boolean {
    const { inbox } = this;
    if (this.refused || !inbox.has(4)) return false;
    const magic = inbox.view.getUint32(inbox.position, false);
    if (isPcap(magic)) this.reader = new PcapReader(inbox, this.info);
    else if (magic === SECTION_HEADER) this.reader = new PcapngReader(inbox, this.info);
    else if (inbox.has(JUDGED_BYTES)) this.refuse();
    return this.reader !== null;
  }

  private refuse(): void {
    const { bytes, position, available } = this.inbox;
    const head = bytes.subarray(position, position + Math.min(available, JUDGED_BYTES));
    addProblem(this.info, 'damaged', 0, describeUnknown(head));
    this.refused = true;
    this.inbox.discard();
  }
}
