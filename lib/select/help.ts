import { FIELDS } from './fields.ts';

/** What is to be said of the language, for `tcplint explain where` and docs/where.md. */
export const WHERE_HELP = {
  intro: 'A selection joins conditions with and, or, not and parentheses; and binds more than or.',
  examples: [
    'server port 443 and not host 10.0.0.7',
    'client net 10.0.0.0/8 and (retransmissions > 0 or state CLOSE_WAIT)',
    'finding reset-lost-data and after 30s',
  ],
  notes: [
    'Without client or server either endpoint will do; amounts of both are added, but for windows, MSS and times.',
    'Times: seconds since the first packet (10s, 200ms, 1.5m), @EPOCH, or 2024-05-01T12:00:00Z. Sizes: kB, MB, GiB.',
    'Comparisons: > >= < <= = !=. Ranges: 3..7, 3.., ..7. Names with other characters than a-z 0-9 . _ - in "quotes".',
    'Conditions on single packets (from, flag, verdict, length) are for packets and extract: others select connections.',
  ],
} as const;

/** A row for every condition. */
export function whereConditions(): readonly { readonly usage: string; readonly summary: string }[] {
  return [...FIELDS.values()].map(({ usage, summary }) => ({ usage, summary }));
}
