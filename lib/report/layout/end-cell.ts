import type { Page } from '../page.ts';
import { socket } from '../phrases.ts';
import { clip } from './wrap.ts';

interface End {
  readonly address: string;
  readonly port: number;
  readonly name?: string;
}

/** `10.0.0.2:80 web-1`. Of a name no more than a quarter of the page: it must not push other columns away. */
export function endCell({ address, port, name }: End, page: Page): string {
  const where = socket(address, port);
  return name === undefined ? where : `${where} ${clip(page.text(name), page.width >> 2, page.glyph.ellipsis)}`;
}
