import type { Random } from './random.ts';

/** In every hostile text: none of these may come out of a format as it went in. */
export const TAG = '<x-tcplint>';

/** Whatever moves what is drawn, or draws nothing; a line end is our own. */
export const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Texts that move a terminal, end a line, a string or an attribute, or are commands to whoever reads them. */
export const TEXTS = [
  `\u001b[31m\u001b]0;x\u0007${TAG}`,
  `"/>'${TAG}<script>alert(1)</script>`,
  '\n::error title=x::injected',
  '\r\n::error::injected',
  '`|a|b|![x](http://example.org)`',
  '\u202e\u2066drawkcab\u2069\u200b\ufeff',
  '\u009b31m\u0085\u2028\u2029',
  '\ud800\udfff\ufffe',
  ']]>--> <!-- &amp; &#x1b;',
  '=cmd|calc!A1',
  '../../../etc/passwd\0',
  'a'.repeat(300),
  'tcplint-ignore syn-unanswered, clock-of-nobody: \u001b[31mas agreed',
  'tcplint-ignore',
  '',
] as const;

export function hostileText(random: Random): string {
  return random.oneIn(3) ? random.pick(TEXTS) + random.pick(TEXTS) : random.pick(TEXTS);
}
