/** A `--where` expression that cannot be read. The message is one line; `position` says where (0-based, UTF-16). */
export class WhereError extends Error {
  readonly text: string;
  readonly position: number;

  constructor(message: string, text: string, position: number) {
    super(message);
    this.name = 'WhereError';
    this.text = text;
    this.position = position;
  }

  /** The expression with a caret under the trouble, and the message: three lines for a terminal. */
  get pointer(): string {
    const start = Math.max(0, this.position - CONTEXT);
    const shown = printable(this.text.slice(start, this.position + CONTEXT));
    const caret = ' '.repeat(printable(this.text.slice(start, this.position)).length);
    return `${shown}\n${caret}^\n${this.message}`;
  }
}

const CONTEXT = 60;

/** Control characters as `?`, each as wide as one column. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?');
}
