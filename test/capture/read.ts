import { Frame } from '../../lib/capture/frame.ts';
import { createReader } from '../../lib/capture/open.ts';
import type { CaptureInfo, CaptureReader } from '../../lib/capture/reader.ts';

/** What a frame said, kept. */
export interface Kept {
  number: number;
  /** Seconds and nine decimals. */
  time: string;
  original: number;
  bytes: number[];
  linkType: number;
  interface: number;
  flags: number;
  comments: string[] | null;
  offset: number;
}

export interface Reading {
  frames: Kept[];
  info: CaptureInfo;
}

/**
 * Reads a whole capture in chunks of `chunkBytes` out of one reused buffer. Whatever was lent is overwritten when its
 * time is over, frames as well as chunks: a reader that keeps on using it reads garbage.
 */
export function readAll(bytes: Uint8Array, chunkBytes = bytes.length, reader: CaptureReader = createReader()): Reading {
  const buffer = new Uint8Array(Math.max(chunkBytes, 1));
  const frame = new Frame();
  const frames: Kept[] = [];
  const readOn = () => {
    while (reader.next(frame)) {
      frames.push(keep(frame));
      spoil(frame);
    }
  };
  for (let from = 0; from < bytes.length; from += buffer.length) {
    const length = Math.min(buffer.length, bytes.length - from);
    buffer.fill(0xee);
    buffer.set(bytes.subarray(from, from + length));
    reader.write(buffer.subarray(0, length));
    readOn();
  }
  reader.end();
  readOn();
  return { frames, info: reader.info };
}

function keep(frame: Frame): Kept {
  const { bytes, start, captured } = frame;
  return {
    number: frame.number,
    time: `${frame.seconds}.${String(frame.nanos).padStart(9, '0')}`,
    original: frame.original,
    bytes: Array.from(bytes.subarray(start, start + captured)),
    linkType: frame.linkType,
    interface: frame.interface,
    flags: frame.flags,
    comments: frame.comments,
    offset: frame.offset,
  };
}

function spoil(frame: Frame): void {
  Object.assign(frame, { bytes: new Uint8Array(0), start: -7, captured: -7, original: -7, number: -7 });
  Object.assign(frame, { seconds: -7, nanos: -7, linkType: -7, interface: -7, flags: -7, comments: ['x'], offset: -7 });
}
