/** Colours take no room. */
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

function columnsOf(text: string): number {
  return text.replace(COLOURS, '').length;
}

/**
 * Lines of at most `width` columns, broken between words; a word longer than a line stands alone and is left whole, so
 * that it can still be copied.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}

/** Wrapped text whose first line begins with `label` and whose others are indented to stand under it. */
export function hanging(label: string, text: string, width: number, paint?: (label: string) => string): string {
  const indent = ' '.repeat(label.length);
  const [first, ...rest] = wrap(text, Math.max(20, width - label.length));
  return [(paint?.(label) ?? label) + first, ...rest.map((line) => indent + line)].join('\n');
}

/** Text cut to `width`, the cut marked. */
export function clip(text: string, width: number, ellipsis: string): string {
  return text.length <= width ? text : text.slice(0, Math.max(0, width - ellipsis.length)) + ellipsis;
}
