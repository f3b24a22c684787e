import { describe, expect, it } from 'vitest';
import { RULES } from '../../lib/rules/index.ts';
import { lintScript } from './fixture.ts';

/** A rule whose threshold is a time, and a scenario in which that time is what is given. */
interface Threshold {
  readonly rule: string;
  readonly seconds: number;
  /** The severity from there on, and below; null where the rule is silent. */
  readonly from: string;
  readonly below: string | null;
  readonly script: (seconds: string) => string;
}

const OPEN = `> S 0:0(0) <mss 1460,sackOK,wscale 7>
+0.01 < S. 0:0(0) ack 1 <mss 1460,sackOK,wscale 7>
+0.011 > . 1:1(0) ack 1 win 502`;

const EXCHANGE = `${OPEN}
+0    > P. 1:101(100) ack 1 win 502
+0.01 < P. 1:501(500) ack 101 win 502
+0.01 > . 101:101(0) ack 501 win 501`;

const SHUT = `> S 0:0(0) <mss 1000,sackOK,wscale 0>
+0.01 < S. 0:0(0) ack 1 win 2000 <mss 1000,sackOK,wscale 0>
+0    > . 1:1(0) ack 1
+0    > . 1:1001(1000) ack 1
+0    > P. 1001:2001(1000) ack 1
+0.01 < . 1:1(0) ack 2001 win 0`;

const stall = (seconds: string): string => `${SHUT}
+${seconds} < . 1:1(0) ack 2001 win 2000
+0.001 > . 2001:3001(1000) ack 1
+0     > P. 3001:4001(1000) ack 1
+0.01  < . 1:1(0) ack 4001 win 2000`;

const THRESHOLDS: readonly Threshold[] = [
  {
    rule: 'syn-retransmitted',
    seconds: 1,
    from: 'warning',
    below: null,
    script: (seconds) => `> S 0:0(0) <mss 1460>
+${seconds} > S 0:0(0) <mss 1460>
+0.011 < S. 0:0(0) ack 1 <mss 1460>
+0.007 > . 1:1(0) ack 1`,
  },
  {
    rule: 'handshake-slow',
    seconds: 0.989,
    from: 'warning',
    below: null,
    script: (seconds) => `> S 0:0(0) <mss 1460>
+${seconds} < S. 0:0(0) ack 1 <mss 1460>
+0.011 > . 1:1(0) ack 1`,
  },
  {
    rule: 'close-wait-lingering',
    seconds: 5,
    from: 'warning',
    below: null,
    script: (seconds) => `${EXCHANGE}
+0.02 > F. 101:101(0) ack 501 win 501
+0.01 < . 501:501(0) ack 102 win 502
+1    < P. 501:601(100) ack 102 win 502
+${seconds} < F. 601:601(0) ack 102 win 502
+0.01 > . 102:102(0) ack 602 win 501`,
  },
  {
    rule: 'fin-wait-2-lingering',
    seconds: 60,
    from: 'warning',
    below: null,
    script: (seconds) => `${EXCHANGE}
+0.02 > F. 101:101(0) ack 501 win 501
+0.01 < . 501:501(0) ack 102 win 502
+${seconds} < F. 501:501(0) ack 102 win 502
+0.01 > . 102:102(0) ack 502 win 501`,
  },
  {
    rule: 'half-close',
    seconds: 0.1,
    from: 'note',
    below: null,
    script: (seconds) => `${EXCHANGE}
+0.02 > F. 101:101(0) ack 501 win 501
+0.01 < . 501:501(0) ack 102 win 502
+${seconds} < P. 501:601(100) ack 102 win 502
+0.01 > . 102:102(0) ack 601 win 501
+0.01 < F. 601:601(0) ack 102 win 502
+0.01 > . 102:102(0) ack 602 win 501`,
  },
  {
    rule: 'slow-response',
    seconds: 1.01,
    from: 'note',
    below: null,
    script: (seconds) => `${EXCHANGE}
+0.5  > P. 101:201(100) ack 501 win 501
+${seconds} < P. 501:601(100) ack 201 win 502
+0.01 > . 201:201(0) ack 601 win 501`,
  },
  {
    rule: 'reset-after-idle',
    seconds: 60,
    from: 'warning',
    below: null,
    script: (seconds) => `${EXCHANGE}
+${seconds} > P. 101:201(100) ack 501 win 501
+0.01 < R 501:501(0) win 0`,
  },
  { rule: 'zero-window-stall', seconds: 0.2, from: 'warning', below: null, script: stall },
  { rule: 'zero-window-stall', seconds: 5, from: 'error', below: 'warning', script: stall },
  {
    rule: 'zero-window-dead',
    seconds: 3,
    from: 'error',
    below: null,
    script: (seconds) => `${SHUT}
+0.2  > . 2000:2000(0) ack 1
+0.01 < . 1:1(0) ack 2001 win 0
end ${seconds}`,
  },
  {
    rule: 'syn-unanswered',
    seconds: 3,
    from: 'warning',
    below: null,
    script: (seconds) => `> S 0:0(0) <mss 1460>
end ${seconds}`,
  },
  {
    rule: 'handshake-incomplete',
    seconds: 3,
    from: 'warning',
    below: null,
    script: (seconds) => `> S 0:0(0) <mss 1460>
+0 < S. 0:0(0) ack 1 <mss 1460>
end ${seconds}`,
  },
];

/** Where in a second it begins: a difference of two decimals is often no decimal. */
const BEGINNINGS = [0.1, 0.3, 0.937, 0.999999];
const MICROSECOND = 1e-6;

describe('thresholds of time', () => {
  for (const { rule, seconds, from, below, script } of THRESHOLDS) {
    it(`${rule} is told from ${seconds} s on, and not below, wherever in a second it begins`, () => {
      const judge = (begin: number, lasting: number) => {
        const [finding] = lintScript(
          scripted(begin, script(lasting.toFixed(6))),
          RULES.filter(({ meta }) => meta.id === rule),
          { extends: 'postmortem' },
        );
        return finding?.severity ?? null;
      };
      for (const begin of BEGINNINGS) {
        expect(judge(begin, seconds), `begun at ${begin}`).toBe(from);
        expect(judge(begin, seconds - MICROSECOND), `begun at ${begin}`).toBe(below);
      }
    });
  }
});

/** The script of a connection that begins so late; `end N` in it counts from the last packet but those of probes. */
function scripted(begin: number, text: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith('end '));
  const end = text.split('\n').find((line) => line.startsWith('end '));
  const since = text.startsWith(SHUT) ? 0.02 : 0;
  const ends = end === undefined ? [] : [`end ${(begin + since + Number(end.slice(4))).toFixed(6)}`];
  return [...ends, 'client 10.0.0.1:40000 -> server 10.0.0.2:80', `${begin} ${lines.join('\n')}`].join('\n');
}
