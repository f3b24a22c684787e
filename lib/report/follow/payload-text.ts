import { plain } from '../escape.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const TAB = 0x09;

/**
 * Payload as text that is safe at a terminal: UTF-8 where it is that, lines and tabs as they are, and everything else,
 * controls and escapes above all, made visible (`\x1b`). Takes a stream in pieces: a character that a piece cuts waits
 * for the rest of it.
 */
export class PayloadText {
  private rest: Uint8Array = new Uint8Array(0);

  add(piece: Uint8Array): string {
    let bytes = piece;
    if (this.rest.length > 0) {
      bytes = new Uint8Array(this.rest.length + piece.length);
      bytes.set(this.rest);
      bytes.set(piece, this.rest.length);
    }
    const [text, used] = decode(bytes);
    this.rest = bytes.slice(used);
    return text;
  }

  /** What waits, as the bytes it is. */
  end(): string {
    const text = [...this.rest].map(escaped).join('');
    this.rest = new Uint8Array(0);
    return text;
  }
}

/** The text, and how many bytes it is made of: fewer where the last character is not whole. */
function decode(bytes: Uint8Array): [text: string, used: number] {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if ((byte >= 0x20 && byte < 0x7f) || byte === NEWLINE || byte === TAB) {
      text += String.fromCharCode(byte);
      at++;
    } else if (byte === RETURN) {
      if (at + 1 === bytes.length) break;
      if (bytes[at + 1] !== NEWLINE) text += escaped(byte);
      at++;
    } else {
      const length = sequenceLength(bytes, at);
      if (length === 0) break;
      text += length < 0 ? escaped(byte) : plain(character(bytes, at, length));
      at += Math.max(1, length);
    }
  }
  return [text, at];
}

function escaped(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** Bytes of the UTF-8 sequence that begins here (RFC 3629 4); -1 if none does, 0 if it is not whole. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const length =
    lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : -1;
  if (length < 0) return -1;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i < length; i++) {
    if (at + i >= bytes.length) return 0;
    const next = bytes[at + i]!;
    if (next < (i === 1 ? lowest : 0x80) || next > (i === 1 ? highest : 0xbf)) return -1;
  }
  return length;
}

function character(bytes: Uint8Array, at: number, length: number): string {
  let code = bytes[at]! & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) code = (code << 6) | (bytes[at + i]! & 0x3f);
  return String.fromCodePoint(code);
}

/** A short piece on one line: line ends are made visible too. */
export function inline(bytes: Uint8Array): string {
  const text = new PayloadText();
  return plain((text.add(bytes) + text.end()).replaceAll('\n', '\\n').replaceAll('\t', '\\t'));
}
