/** What an arrow of a ladder says of its segment. Numbers are relative. */
export interface SegmentNumbers {
  readonly flags: readonly string[];
  readonly seq: number;
  readonly length: number;
  /** null when it acknowledges nothing. */
  readonly ack: number | null;
  /** As it is to be read: `64240`, `502?`; null where it is not known. */
  readonly window: string | null;
  /** Its verdict makes the sequence number worth telling though it holds no payload. */
  readonly odd: boolean;
}

/** `PSH 1:1461(1460)`, `ack 1`, `win 64240`: as tcpdump writes them; ACK is said by the number it carries. */
export function segmentTexts({ flags, seq, length, ack, window, odd }: SegmentNumbers): string[] {
  const named = flags.filter((flag) => flag !== 'ACK' || flags.includes('SYN')).join(' ') || 'ACK';
  const telling = odd || flags.some((flag) => flag !== 'ACK' && flag !== 'PSH');
  const range = length > 0 ? ` ${seq}:${seq + length}(${length})` : telling ? ` ${seq}` : '';
  return [named + range, ...(ack === null ? [] : [`ack ${ack}`]), ...(window === null ? [] : [`win ${window}`])];
}
