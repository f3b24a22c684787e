import type { StreamEvent } from '../../facts/stream.ts';
import type { RowFormat } from '../format.ts';
import type { PageOptions } from '../page.ts';
import { PayloadText } from './payload-text.ts';
import { openTurns, type PayloadForm } from './turns.ts';

/** What both ends said, as text. */
export function open(options: PageOptions): RowFormat<StreamEvent> {
  return openTurns(options, () => new TextForm());
}

class TextForm implements PayloadForm {
  private readonly text = new PayloadText();
  private endsLine = true;

  add(bytes: Uint8Array): string {
    return this.note(this.text.add(bytes));
  }

  end(): string {
    const rest = this.note(this.text.end());
    const newline = this.endsLine ? '' : '\n';
    this.endsLine = true;
    return rest + newline;
  }

  private note(text: string): string {
    if (text !== '') this.endsLine = text.endsWith('\n');
    return text;
  }
}
