import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CaptureFacts } from '../../lib/facts/capture.ts';
import type { ConnectionFacts, RetransmissionRun } from '../../lib/facts/connection.ts';
import type { Finding } from '../../lib/facts/finding.ts';
import { RULES } from '../../lib/rules/index.ts';
import type { Draft } from '../../lib/rules/rule.ts';
import { capture, connection, endpoint, moment, reset } from '../lint/facts.ts';
import { lintBytes, lintScript } from './fixture.ts';

/** Sentences, causes and steps that a rule's general ones would be wrong for. */
const CLIENT = 'client 10.0.0.1:40000 -> server 10.0.0.2:80\n';
const OPEN = `${CLIENT}0     > S 0:0(0) <mss 1460,sackOK,wscale 7>
+0.01 < S. 0:0(0) ack 1 <mss 1460,sackOK,wscale 7>
+0.01 > . 1:1(0) ack 1 win 502
`;
const ASKED = `${OPEN}+0    > P. 1:101(100) ack 1 win 502
+0.01 < . 1:1(0) ack 101 win 502
`;
const ANSWERED = `${ASKED}+0.01 < P. 1:501(500) ack 101 win 502
+0.01 > . 101:101(0) ack 501 win 502
`;

function found(script: string): readonly Finding[] {
  return lintScript(script, RULES);
}

function only(script: string): Finding {
  const findings = found(script);
  expect(findings.map(({ rule }) => rule)).toHaveLength(1);
  return findings[0]!;
}

describe('a SYN answered by ICMP', () => {
  it('is told at once, with who said what: no silence needs to be watched', () => {
    const finding = only(`${CLIENT}0 > S 0:0(0) <mss 1460>
+0.001 < icmp host unreachable 0:0(0) from 10.0.0.254
`);
    expect(finding.rule).toBe('syn-unanswered');
    expect(finding.message).toContain('10.0.0.254 reported ICMP host unreachable');
    expect(finding.frames).toMatchObject({ first: 1, last: 2, count: 2 });
    expect(finding.nextSteps.join()).toContain('10.0.0.254');
  });

  it('was refused by whoever sent that, not by the server', () => {
    const finding = only(`${CLIENT}0 > S 0:0(0) <mss 1460>
+0.001 < icmp port unreachable 0:0(0) from 10.0.0.254
`);
    expect(finding.message).toBe(
      '10.0.0.254 refused client 10.0.0.1:40000 the connection to 10.0.0.2:80 with ICMP port unreachable, 1 ms after the SYN.',
    );
    expect(finding.likelyCauses.join()).toContain('packet filter on 10.0.0.254');
    expect(finding.nextSteps.join()).not.toContain('TTL of the RST');
  });
});

describe('large segments that vanish', () => {
  const vanishing = `${ASKED}+0.01 < . 1:1461(1460) ack 101 win 502
+0.25 < . 1:1461(1460) ack 101 win 502
+0.5  < . 1:1461(1460) ack 101 win 502
+1    < . 1:1461(1460) ack 101 win 502
+2    < . 1:1461(1460) ack 101 win 502
`;

  it('point to the path’s MTU where the ACK of a later FIN arrives; the FIN may wait behind them', () => {
    const finding = only(`end 20\n${vanishing}+0.1 > F. 101:101(0) ack 1 win 502
+0.01 < . 1461:1461(0) ack 102 win 502
`);
    expect(finding.rule).toBe('path-mtu-blackhole');
    expect(finding.message).toContain('vanish while its acknowledgments passed');
  });

  it('are a black hole like any other where that FIN is sent again; its sender is not dead', () => {
    const [finding] = found(`end 20\n${vanishing}+0.1 > F. 101:101(0) ack 1 win 502
+0.01 < . 1461:1461(0) ack 102 win 502
+0.3  > F. 101:101(0) ack 1 win 502
+0.01 < . 1461:1461(0) ack 102 win 502
`);
    expect(finding?.rule).toBe('blackhole');
    expect(finding?.likelyCauses.join()).not.toContain('crashed');
  });
});

describe('data that is never acknowledged', () => {
  it('behind keep-alives without an answer met a connection that had died in its silence', () => {
    const repeats = ['+5', '+0.25', '+0.5', '+1', '+2', '+4'].map(
      (wait) => `${wait} > P. 101:201(100) ack 501 win 502\n`,
    );
    const finding = only(`end 80
${ANSWERED}+40 > . 100:100(0) ack 501 win 502
+5 > . 100:100(0) ack 501 win 502
${repeats.join('')}`);
    expect(finding.rule).toBe('blackhole');
    expect(finding.message).toContain('never got an acknowledgment, nor an answer to 2 keep-alive probes before.');
    expect(finding.likelyCauses[0]).toContain('forgot the idle connection');
  });
});

describe('a reset of an open connection', () => {
  it('says how long nothing had been sent', () => {
    expect(only(`${ANSWERED}+20 < R. 501:501(0) ack 101 win 502\n`).message).toContain(
      '40000 20 s after the last data;',
    );
  });

  it('that answers a keep-alive probe is a connection that was no longer known', () => {
    const finding = only(`${ANSWERED}+50 > . 100:100(0) ack 501 win 502
+0.01 < R 501:501(0) win 0
`);
    expect(finding.message).toContain(
      'answered a keep-alive probe of client 10.0.0.1:40000 with RST, 50 s after the last data',
    );
    expect(finding.likelyCauses[0]).toContain('forgot the idle connection');
  });

  it('says so where there was no data', () => {
    expect(only(`${OPEN}+8 < R. 1:1(0) ack 1 win 502\n`).message).toContain(
      '8.02 s after opening it, without a byte of data;',
    );
  });

  it('that never carried data looks like a health check', () => {
    const finding = only(`${OPEN}+0.01 > R. 1:1(0) ack 1 win 502\n`);
    expect(finding.message).toContain('30 ms after opening it, without a byte of data');
    expect(finding.likelyCauses.join()).toContain('health check');
  });
});

describe('data after a close', () => {
  it('of the server is a connection used once too often', () => {
    const finding = only(`${ANSWERED}+5 < F. 501:501(0) ack 101 win 502
+0.01 > . 101:101(0) ack 502 win 502
+1    > P. 101:201(100) ack 502 win 502
+0.01 < R 502:502(0) win 0
`);
    expect(finding.rule).toBe('data-after-close');
    expect(finding.likelyCauses[0]).toContain('took it from its pool again');
  });
});

describe('a path that loses everything for a while', () => {
  it('was interrupted: no queue overflowed', () => {
    const incident = readFileSync(new URL('../../fixtures/incident.pcapng', import.meta.url));
    const burst = lintBytes(incident, RULES).find(({ rule }) => rule === 'retransmission-burst');
    expect(burst?.likelyCauses[0]).toContain('The path was interrupted');
  });
});

describe('a listener that falls silent', () => {
  const attempts = (from: number, count: number, lines: (client: number) => string): string =>
    Array.from(
      { length: count },
      (_, i) => `client 10.0.0.1:${from + i} -> server 10.0.0.2:80\n${lines(from + i)}`,
    ).join('');
  const heard = (reply: string): string =>
    attempts(
      40000,
      2,
      () => `+0.1  > S 0:0(0) <mss 1460,wscale 7>
+0.01 < S. 0:0(0) ack 1 <mss 1460,wscale 7>
+0.01 > . 1:1(0) ack 1 win 502
+0    > P. 1:101(100) ack 1 win 502
+0.01 < . 1:1(0) ack 101 win 502
${reply}`,
    );
  const ignored = attempts(41000, 3, () => '+0.1 > S 0:0(0) <mss 1460>\n+1 > S 0:0(0) <mss 1460>\n');

  it('while the requests it acknowledged go unanswered may have a full accept queue', () => {
    const [finding, ...others] = found(`end 20\n${heard('')}${ignored}`);
    expect(others).toEqual([]);
    expect(finding?.message).toBe(
      'Server 10.0.0.2:80 acknowledged what 2 connections sent it, answered none of them, and left 3 further attempts without an answer: its accept queue may be full.',
    );
    expect(finding?.confidence).toBe('low');
  });

  it('after it answered is only silent', () => {
    const rules = found(`end 20\n${heard('+0.01 < P. 1:11(10) ack 101 win 502\n')}${ignored}`).map(({ rule }) => rule);
    expect(rules).toEqual(['syn-unanswered']);
  });
});

describe('the filter of a finding about a client and a service', () => {
  it('names both', () => {
    const incident = readFileSync(new URL('../../fixtures/incident.pcapng', import.meta.url));
    const { filter } = lintBytes(incident, RULES).find(({ rule }) => rule === 'connection-churn')!;
    expect(filter).toBe('ip.addr == 10.91.251.12 and ip.addr == 10.91.251.27 and tcp.port == 6379');
  });
});

describe('a request without an answer', () => {
  it('is told where the client closes after a long silence, with little confidence', () => {
    const finding = only(`${ASKED}+20 > F. 101:101(0) ack 1 win 502
+0.01 < . 1:1(0) ack 102 win 502
`);
    expect(finding).toMatchObject({ rule: 'slow-response', severity: 'note', confidence: 'low' });
    expect(finding.message).toBe(
      'Client 10.0.0.1:40000 closed after waiting 20 s for an answer of server 10.0.0.2:80, which had acknowledged the request.',
    );
  });

  it('is no request where the answer came before the silence', () => {
    expect(
      found(`${ANSWERED}+20 > F. 101:101(0) ack 501 win 502
+0.01 < F. 501:501(0) ack 102 win 502
+0.01 > . 102:102(0) ack 502 win 502
`),
    ).toEqual([]);
  });
});

describe('a window that is far from full in a round trip', () => {
  it('belongs to a reader that is slow, and not to a buffer that is small', () => {
    const rounds = Array.from(
      { length: 100 },
      (_, i) => `+0 > P. ${1 + i * 2000}:${1001 + i * 2000}(1000) ack 1
+0.0001 > P. ${1001 + i * 2000}:${2001 + i * 2000}(1000) ack 1
+0.001 < . 1:1(0) ack ${2001 + i * 2000} win 500
+0.05 < . 1:1(0) ack ${2001 + i * 2000} win 2000
`,
    ).join('');
    const finding = found(`client 10.0.0.1:40000 -> server 10.0.0.2:80
0      > S 0:0(0) <mss 1000,sackOK>
+0.001 < S. 0:0(0) ack 1 win 2000 <mss 1000,sackOK>
+0     > . 1:1(0) ack 1
${rounds}`).find(({ rule }) => rule === 'window-limited');
    expect(finding?.likelyCauses).toEqual(['The receiving program reads more slowly than the data comes.']);
    expect(finding?.message).not.toContain('it allows');
  });
});

/** What a rule says of facts made by hand, with its options as they are. */
function judged(id: string, facts: ConnectionFacts | CaptureFacts): readonly Draft[] {
  const rule = RULES.find(({ meta }) => meta.id === id)!;
  const options = Object.fromEntries(Object.entries(rule.meta.options).map(([name, option]) => [name, option.default]));
  const judge = ('connection' in rule ? rule.connection : rule.capture) as (
    ...args: unknown[]
  ) => Draft | Draft[] | null;
  return [judge(facts, options, { start: moment(0), end: moment(100) }) ?? []].flat();
}

describe('facts that a general cause would be wrong for', () => {
  const stretch: RetransmissionRun = {
    start: moment(1),
    end: moment(2),
    firstFrame: 5,
    lastFrame: 9,
    frames: [5, 6, 7, 8, 9],
    segments: 5,
    bytes: 5000,
    densest: 5,
    by: { tail_loss_probe: 2, fast: 3 },
    spurious: 1,
    unsure: 0,
    stall: 0.02,
    unresolved: false,
    tail: true,
  };
  const client = (changes: object) => connection({ client: endpoint('10.0.0.1', 40000, changes) });

  it('a tail-loss probe that was needless repaired nothing; of others, only probes are counted', () => {
    expect(judged('tail-loss', client({ retransmissionRuns: [stretch] }))).toMatchObject([{ frameCount: 2 }]);
    expect(judged('tail-loss', client({ retransmissionRuns: [{ ...stretch, spurious: 2 }] }))).toEqual([]);
  });

  it('duplicate ACKs behind a loss are no loop', () => {
    const acks = { count: 150, frames: [5, 6], start: moment(1), end: moment(2), densest: 120 };
    const facts = connection({
      client: endpoint('10.0.0.1', 40000, { duplicateAcks: acks }),
      server: endpoint('10.0.0.2', 80, { retransmissions: 3, dataSegments: 2000 }),
    });
    expect(judged('duplicate-ack-storm', facts)[0]?.likelyCauses?.join()).not.toContain('loop');
    expect(judged('duplicate-ack-storm', client({ duplicateAcks: acks }))[0]?.likelyCauses).toBeUndefined();
  });

  it('a rate says what its retransmissions point to, and is no error where the originals came late', () => {
    const resent = { dataSegments: 100, uniqueBytes: 100_000, retransmissions: 10, retransmittedBytes: 10_000 };
    const rate = (changes: object): Draft | undefined =>
      judged('retransmission-rate', client({ ...resent, ...changes }))[0];
    const lost = rate({ retransmissionRuns: [{ ...stretch, segments: 10, by: { fast: 10 } }] });
    expect(lost).toMatchObject({ severity: 'error', message: expect.stringContaining('10 by fast retransmission.') });
    expect(lost?.likelyCauses?.join()).not.toMatch(/interrupted|not needed/);
    const outage = rate({ retransmissionRuns: [{ ...stretch, segments: 10, by: { rto: 10 }, stall: 2 }] });
    expect(outage?.likelyCauses?.[0]).toContain('The path was interrupted');
    const late = {
      segments: 10,
      firstFrame: 5,
      frames: [5],
      extentSegments: 3,
      extentSeconds: 1,
      causedRetransmissions: 10,
    };
    const needless = rate({ retransmissionRuns: [stretch], reorderings: late });
    expect(needless).toMatchObject({ severity: 'warning', message: expect.stringContaining('(10 needlessly)') });
    expect(needless?.likelyCauses).toEqual([expect.stringContaining('not needed')]);
  });

  it('TIME_WAIT on course for most of the ports says so', () => {
    const closer = {
      address: '10.0.0.1',
      role: 'connected',
      serviceAddress: '10.0.0.2',
      servicePort: 80,
      closes: 4000,
      closesPerSecond: Array.from({ length: 10 }, (_, i) => [i, 400] as const),
      peak: { count: 4000, second: 9 },
      firstFrame: 1,
      lastFrame: 9,
      examples: [],
    } as const;
    const [draft] = judged(
      'time-wait-pressure',
      capture({ start: moment(0), end: moment(10), traffic: { services: [], closers: [closer] } }),
    );
    expect(draft?.message).toContain('14 % of its ports for that service, on course for 85 %');
  });

  it.each([
    ['a burst at the beginning', Array.from({ length: 10 }, (_, i) => [i, 400] as const), 25],
    ['a capture of a second', [[0, 900] as const], 1],
  ])('%s is no pace that TIME_WAIT goes on at', (_, closesPerSecond, seconds) => {
    const closes = closesPerSecond.reduce((sum, [, count]) => sum + count, 0);
    const closer = {
      address: '10.0.0.1',
      role: 'connected',
      serviceAddress: '10.0.0.2',
      servicePort: 80,
      closes,
      closesPerSecond,
      peak: { count: closes, second: 9 },
      firstFrame: 1,
      lastFrame: 9,
      examples: [],
    } as const;
    const [draft] = judged(
      'time-wait-pressure',
      capture({ start: moment(0), end: moment(seconds), traffic: { services: [], closers: [closer] } }),
    );
    expect(draft?.severity).toBe(closes >= 1000 ? 'warning' : 'note');
    expect(draft?.message).not.toMatch(/course|run out/);
    expect(draft?.evidence.onCourseFor).toBeNull();
  });

  it('a reset says nothing of the silence before it where data came after it', () => {
    const last = (frame: number, seconds: number) =>
      judged('reset-mid-connection', {
        ...client({ lastNewData: { frame, time: moment(seconds) } }),
        resets: [reset({ frame: 8, time: moment(21), ipId: 0 })],
      })[0];
    expect(last(7, 1)?.message).toContain('20 s after the last data;');
    expect(last(9, 50)?.message).not.toContain('after the last data');
    expect(last(9, 50)?.evidence).toMatchObject({ secondsIdle: null });
  });

  it('a stall that is most of what a window cost is told alone', () => {
    const spell = {
      start: moment(1),
      frame: 5,
      end: moment(11),
      endFrame: 9,
      lastSeen: moment(11),
      probes: 2,
      probeFrames: [6, 7],
      pending: 'probes',
      bytesWaiting: 0,
      endedBy: 'window',
    } as const;
    const sender = {
      firstData: { frame: 4, time: moment(0) },
      limitedBy: { application: 0, receiveWindow: 1, network: 0 },
    };
    const stalled = (end: number) =>
      judged(
        'zero-window-stall',
        connection({
          client: endpoint('10.0.0.1', 40000, { zeroWindowSpells: [spell] }),
          server: endpoint('10.0.0.2', 80, { ...sender, lastNewData: { frame: 99, time: moment(end) } }),
        }),
      )[0]?.replaces;
    expect(stalled(15)).toEqual(['window-limited']);
    expect(stalled(25)).toBeUndefined();
  });
});
