/**
 * A path matches a pattern: `*` and `?` within one folder, `**` over folders, `{a,b}`. A pattern without a slash is held
 * against the file's name alone.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  const plain = path.replace(/^(\.\/)+/, '');
  const wanted = pattern.replace(/^(\.\/)+/, '');
  return regExpOf(wanted).test(wanted.includes('/') ? plain : plain.slice(plain.lastIndexOf('/') + 1));
}

const PIECES: { readonly [piece: string]: string } = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' };

function regExpOf(pattern: string): RegExp {
  let source = '';
  for (const [piece] of pattern.matchAll(/\*\*\/|\*\*|\{[^{}]*\}|[\s\S]/gu)) {
    if (piece.length > 1 && piece.startsWith('{')) {
      source += `(?:${piece.slice(1, -1).split(',').map(escaped).join('|')})`;
    } else source += PIECES[piece] ?? escaped(piece);
  }
  return new RegExp(`^${source}$`, 'us');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
