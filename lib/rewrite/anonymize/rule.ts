import type { Segment } from '../../packet/segment.ts';
import type { Rewriting } from './rewriting.ts';

/** Where one header stands in the frame. */
export interface Header {
  readonly start: number;
  /** Where the next begins; `start` for one that nobody went through. */
  readonly end: number;
  /** End of what the capture holds of it and what it carries; and of what there was on the wire. */
  readonly dataEnd: number;
  readonly wireEnd: number;
  /** The addresses of the IP header before it. */
  readonly segment: Segment;
}

/** Keeps and maps what a header holds. False if it can't be made anonymous. */
export type HeaderRule = (rewriting: Rewriting, header: Header) => boolean;
