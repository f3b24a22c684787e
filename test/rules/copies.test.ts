import { describe, expect, it } from 'vitest';
import { RULES } from '../../lib/rules/index.ts';
import { lintScript, readFixture } from './fixture.ts';

/** Rules that count what the capture holds, and those whose segments are no connection's, so that nobody tells copies. */
const COUNT_COPIES = [
  'bad-checksum',
  'bad-header',
  'illegal-flags',
  'old-duplicate',
  'out-of-window',
  'reset-suspicious',
  'retransmission-differs',
  'syn-in-connection',
];

/** A mirror port that sees each packet twice: where it comes in and where it goes out. */
function mirrored(script: string): string {
  return script
    .split('\n')
    .map((line) => {
      if (!/^[+\d][\d.]* +.*[<>] (?!icmp)/.test(line) || line.includes('repeat')) return line;
      return line.endsWith(']') ? line.replace(/\[(.*)\]$/, '[$1, copy 0.00002]') : `${line} [copy 0.00002]`;
    })
    .join('\n');
}

describe('a capture that holds each packet twice', () => {
  for (const rule of RULES) {
    const { id, family } = rule.meta;
    if (family === 'capture' || COUNT_COPIES.includes(id)) continue;
    it(`shows ${id} as the one that holds it once`, () => {
      const { text } = readFixture(id);
      const told = (script: string) =>
        lintScript(script, [rule], { extends: 'postmortem' }).map(({ severity, message }) => [
          severity,
          // Of the two frames the first, and times that differ by the copy's 20 microseconds.
          message.replace(/frame \d+/, 'frame').replace(/(\d)\.0[12] (s|ms)/g, '$1 $2'),
        ]);
      expect(told(mirrored(text))).toEqual(told(text));
    });
  }
});
