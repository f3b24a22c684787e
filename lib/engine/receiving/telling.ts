import type { CaptureInfo } from '../../capture/reader.ts';
import type { FrameFacts } from './receiver.ts';

/** What one thread tells the other of a capture, besides packets: at the place among them where it became known. */
export interface Telling {
  /** Of the packet that comes next. */
  readonly comments?: readonly string[];
  /** A tunnel in words. */
  readonly tunnel?: readonly [tunnel: number, text: string];
  /** What the capture calls addresses. */
  readonly names?: readonly (readonly [address: string, name: string])[];
  /** What interface statistics say of the end. */
  readonly end?: Pick<CaptureInfo, 'endSeconds' | 'endNanos'>;
  /** At the end: all there is to say. */
  readonly whole?: { readonly info: Omit<CaptureInfo, 'names'>; readonly facts: FrameFacts };
}
