/** Part of a stream as one segment brought it. Positions count bytes, and may be beyond 2^32 or, in mid-connection, below 0. */
export interface Piece {
  start: number;
  end: number;
  /** Of length `end - start`; null where the snap length cut them off. */
  bytes: Uint8Array | null;
  readonly frame: number;
  readonly seconds: number;
  readonly nanos: number;
  readonly doubt: number;
}

// Why bytes may not be part of the stream: then any other copy is believed instead, or an acknowledgment decides.
export const SURE = 0;
/** A byte sent into a closed window. */
export const PROBE = 1;
/** On a SYN: the other end may leave it (RFC 7413 4.2). */
export const UNANSWERED = 2;
/** The checksum is wrong. */
export const DAMAGED = 3;

/** What a piece costs beside its bytes. */
const OVERHEAD_BYTES = 160;

export function costOf(piece: Piece): number {
  return OVERHEAD_BYTES + (piece.bytes === null ? 0 : piece.end - piece.start);
}

/** The part of a piece from `start` up to `end`. */
export function part(piece: Piece, start: number, end: number): Piece {
  if (start === piece.start && end === piece.end) return piece;
  const bytes = piece.bytes === null ? null : cutOut(piece.bytes, start - piece.start, end - piece.start);
  return { ...piece, start, end, bytes };
}

/** The same, of a piece whose bytes are borrowed: nothing is copied. */
export function borrowedPart(piece: Piece, start: number, end: number): Piece {
  if (start === piece.start && end === piece.end) return piece;
  const bytes = piece.bytes?.subarray(start - piece.start, end - piece.start) ?? null;
  return { ...piece, start, end, bytes };
}

/** Bytes in memory of their own, whatever they are borrowed from. */
export function ownCopy(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}

/** A small part is copied, so that it doesn't hold the memory of the whole. */
function cutOut(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return (end - start) * 2 < bytes.buffer.byteLength ? bytes.slice(start, end) : bytes.subarray(start, end);
}

/** Pieces apart from each other, in order, and what they cost together. */
export class Pieces {
  cost = 0;
  private list: Piece[] = [];
  /** Index of the first that is still here. */
  private head = 0;

  get isEmpty(): boolean {
    return this.head === this.list.length;
  }

  get count(): number {
    return this.list.length - this.head;
  }

  first(): Piece | undefined {
    return this.list[this.head];
  }

  last(): Piece | undefined {
    return this.isEmpty ? undefined : this.list[this.list.length - 1];
  }

  /** The `index`-th. */
  at(index: number): Piece | undefined {
    return this.list[this.head + index];
  }

  /** Index of the first that ends behind `position`. */
  indexAt(position: number): number {
    let low = this.head;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.list[middle]!.end <= position) low = middle + 1;
      else high = middle;
    }
    return low - this.head;
  }

  push(piece: Piece): void {
    this.cost += costOf(piece);
    this.list.push(piece);
  }

  shift(): Piece {
    const piece = this.list[this.head]!;
    this.cost -= costOf(piece);
    this.head++;
    if (this.head > 32 && this.head * 2 > this.list.length) {
      this.list = this.list.slice(this.head);
      this.head = 0;
    }
    return piece;
  }

  /** Puts other pieces in the place of `count` from the `index`-th on. */
  replace(index: number, count: number, others: readonly Piece[]): void {
    for (const gone of this.list.splice(this.head + index, count, ...others)) this.cost -= costOf(gone);
    for (const piece of others) this.cost += costOf(piece);
  }

  /** The first becomes two. */
  splitFirst(at: number): void {
    const first = this.first()!;
    this.replace(0, 1, [part(first, first.start, at), part(first, at, first.end)]);
  }

  /** Leaves out what lies from `position` on. */
  cutFrom(position: number): void {
    const beyond = this.indexAt(position);
    const cut = this.at(beyond);
    if (cut === undefined) return;
    this.replace(beyond, this.count - beyond, cut.start < position ? [part(cut, cut.start, position)] : []);
  }

  clear(): void {
    this.list = [];
    this.head = 0;
    this.cost = 0;
  }
}
