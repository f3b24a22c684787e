import { FIELDS } from './fields.ts';

/** The language on one page, for `--help` and the documentation. */
export function whereHelp(): string {
  const fields = [...FIELDS.values()];
  const width = Math.min(44, Math.max(...fields.map((field) => field.usage.length)));
  const rows = fields.map((field) => {
    const gap = field.usage.length > width ? `\n${' '.repeat(width + 4)}` : ' '.repeat(width + 2 - field.usage.length);
    return `  ${field.usage}${gap}${field.summary}`;
  });
  return [
    'A selection joins conditions with and, or, not and parentheses (and binds more than or):',
    '',
    '  server port 443 and not host 10.0.0.7',
    '  client net 192.168.0.0/16 and (retransmissions > 0 or state CLOSE_WAIT)',
    '  finding reset-lost-data and after 30s',
    '',
    ...rows,
    '',
    'Without client or server, either endpoint will do; amounts of both are added, but for windows, MSS and times.',
    'Times: seconds since the first packet (10s, 200ms, 1.5m), @EPOCH, or 2024-05-01T12:00:00Z. Sizes: kB, MB, GiB.',
    'Comparisons: > >= < <= = !=. Ranges: 3..7, 3.., ..7. Names with other characters than a-z 0-9 . _ - in "quotes".',
  ].join('\n');
}
