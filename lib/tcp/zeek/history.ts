import { ACK, FIN, RST, SYN } from '../../packet/segment.ts';
import type { ZeekEndpoint } from './endpoint.ts';

// Kinds of segment, one bit each: the first of its kind always gets its letter.
const KIND_SYN = 0x01;
const KIND_FIN = 0x02;
const KIND_RST = 0x04;
const KIND_FIN_RST = 0x08;
const KIND_DATA = 0x10;
const KIND_ACK = 0x20;
const KIND_MANY_FLAGS = 0x40;

/** Letters kept. Sequence numbers that change with every RST would let the history grow without end. */
const MOST_LETTERS = 1_000;

/**
 * The letters of Zeek's `history`, upper case for what the originator sent. `A D I Q` are written once for each side,
 * `S H F R` again when the sequence number differs from the last one's, `C G T W` at the 1st, 10th, 100th... time.
 */
export class ZeekHistory {
  letters = '';

  write(endpoint: ZeekEndpoint, letter: string): void {
    if (this.letters.length >= MOST_LETTERS) return;
    this.letters += endpoint.isOriginator ? letter : letter.toLowerCase();
  }

  flip(): void {
    this.letters += '^';
  }

  segment(endpoint: ZeekEndpoint, flags: number, relativeSeq: number, length: number): void {
    const control = flags & (SYN | FIN | RST);
    switch (control) {
      case 0:
        if (length > 0) this.first(endpoint, KIND_DATA, 'D');
        else if ((flags & ACK) !== 0) this.first(endpoint, KIND_ACK, 'A');
        return;
      case SYN: {
        const letter = (flags & ACK) !== 0 ? 'H' : 'S';
        if (!this.first(endpoint, KIND_SYN, letter) && relativeSeq !== endpoint.lastSyn) this.write(endpoint, letter);
        endpoint.lastSyn = relativeSeq;
        return;
      }
      case FIN:
        if (!this.first(endpoint, KIND_FIN, 'F') && relativeSeq + length !== endpoint.lastFin)
          this.write(endpoint, 'F');
        endpoint.lastFin = relativeSeq + length;
        return;
      case RST:
        if (!this.first(endpoint, KIND_RST, 'R') && relativeSeq !== endpoint.lastRst) this.write(endpoint, 'R');
        endpoint.lastRst = relativeSeq;
        return;
      default:
        if ((control & (FIN | RST)) === (FIN | RST)) this.first(endpoint, KIND_FIN_RST, 'I');
        else this.first(endpoint, KIND_MANY_FLAGS, 'Q');
    }
  }

  badChecksum(endpoint: ZeekEndpoint): void {
    if (isPowerOfTen(++endpoint.badChecksums)) this.write(endpoint, 'C');
  }

  gap(endpoint: ZeekEndpoint): void {
    if (isPowerOfTen(++endpoint.gaps)) this.write(endpoint, 'G');
  }

  retransmission(endpoint: ZeekEndpoint): void {
    if (isPowerOfTen(++endpoint.retransmissions)) this.write(endpoint, 'T');
  }

  zeroWindow(endpoint: ZeekEndpoint): void {
    if (isPowerOfTen(++endpoint.zeroWindows)) this.write(endpoint, 'W');
  }

  private first(endpoint: ZeekEndpoint, kind: number, letter: string): boolean {
    if ((endpoint.kindsSeen & kind) !== 0) return false;
    endpoint.kindsSeen |= kind;
    this.write(endpoint, letter);
    return true;
  }
}

function isPowerOfTen(count: number): boolean {
  let power = 1;
  while (power < count) power *= 10;
  return power === count;
}
