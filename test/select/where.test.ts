import { describe, expect, test } from 'vitest';
import { FIELDS } from '../../lib/select/fields.ts';
import { WHERE_HELP, whereConditions } from '../../lib/select/help.ts';
import { parseWhere } from '../../lib/select/where.ts';
import { CONTEXT, connectionOf, packetOf } from './facts.ts';

const connection = connectionOf({
  server: {
    finalState: 'LAST_ACK',
    retransmissions: 3,
    bytes: 2_000_000,
    mss: null,
    rtt: { min: 0.01, p50: 0.12, p95: 0.3, max: 1, samples: 9 },
    spells: [{ state: 'CLOSE_WAIT', start: CONTEXT.captureStart, frame: 20, end: null, endFrame: null }],
  },
});

const matches = (text: string, facts = connection) => parseWhere(text).matchesConnection(facts, CONTEXT);

describe('connections', () => {
  test.each([
    ['host 10.0.0.1'],
    ['client host 10.0.0.1'],
    ['host 2001:DB8:0:0::80'],
    ['host laptop'],
    ['server host "shop_1"'],
    ['net 10.0.0.0/8'],
    ['server net 2001:db8::/33'],
    ['net 0.0.0.0/0'],
    ['port 443'],
    ['server port 400..450'],
    ['port ..443'],
    ['port 40000..'],
    ['connection 3'],
    ['stream 9'],
    ['frame 30..40'],
    ['state CLOSE_WAIT'],
    ['server state close-wait'],
    ['final LAST_ACK'],
    ['time 2s..10s'],
    ['time ..0s'],
    ['after 2500ms'],
    ['before 0s'],
    ['after 2023-11-14T22:13:23Z'],
    ['after 2023-11-14T23:13:23+01:00'],
    ['before @1700000000.5'],
    ['closedBy server'],
    ['closeKind FIN'],
    ['duration = 2.5s'],
    ['duration >= 2500ms'],
    ['handshake = 50ms'],
    ['synretries = 1'],
    ['bytes > 2MB'],
    ['client bytes = 1kB'],
    ['server bytes = 2MB'],
    ['retransmissions > 0 and not resets > 0'],
    ['server retransmissions = 3'],
    ['rtt > 100ms'],
    ['mss = 1460'],
    ['maxWindow < 64KiB'],
    ['port 80 or port 443'],
    ['NOT (port 80 || port 81) && !port 82'],
    ['not port 80 and port 443'],
  ])('%s', (text) => expect(matches(text)).toBe(true));

  test.each([
    ['server host 10.0.0.1'],
    ['host 10.0.0.2'],
    ['host shop'],
    ['net 10.0.1.0/24'],
    ['client net 2001:db8::/32'],
    ['net ::/0 and client net ::/0'],
    ['port 444'],
    ['client port 443'],
    ['stream 3'],
    ['connection 4..'],
    ['frame 31..40'],
    ['client state CLOSE_WAIT'],
    ['state FIN_WAIT_2'],
    ['final CLOSE_WAIT'],
    ['time 2.6s..10s'],
    ['after @1700000003.000000001'],
    ['before 2023-11-14T22:13:20.499999999Z'],
    ['closedBy nobody'],
    ['duration > 2.5s'],
    ['client retransmissions > 0'],
    ['client rtt > 0s'],
    ['client rtt != 0s'],
    ['server mss = 1460'],
    ['server mss != 1460'],
    ['port 443 and port 80'],
    ['port 80 or port 443 and port 81'],
  ])('not: %s', (text) => expect(matches(text)).toBe(false));

  test('findings are asked of the context', () => {
    const findings = (number: number) => (number === 3 ? ['syn-unanswered'] : []);
    const found = (text: string, facts = connection) =>
      parseWhere(text).matchesConnection(facts, { ...CONTEXT, findings });
    expect(found('finding syn-unanswered')).toBe(true);
    expect(found('finding any')).toBe(true);
    expect(found('finding half-close')).toBe(false);
    expect(found('finding any', connectionOf({ connection: 4 }))).toBe(false);
    expect(parseWhere('finding any').needsFindings).toBe(true);
    expect(parseWhere('port 1').needsFindings).toBe(false);
  });

  test('conditions on single packets exclude no connection, nor does their contrary', () => {
    expect(matches('from client')).toBe(true);
    expect(matches('not from client')).toBe(true);
    expect(matches('from client and port 80')).toBe(false);
    expect(parseWhere('flag SYN and port 80').packetConditions).toEqual(['flag']);
  });
});

describe('packets', () => {
  const identity = {
    connection: 3,
    streams: [4],
    client: { address: '10.0.0.1', port: 40_000 },
    server: { address: '10.0.0.2', port: 443 },
  };
  const row = packetOf();
  const selects = (text: string, packet = row) => parseWhere(text).matchesPacket(packet, identity, CONTEXT);

  test.each([
    ['from client'],
    ['flag psh'],
    ['stream 4'],
    ['frame 12'],
    ['time 1s..1s'],
    ['after 1s'],
    ['before 1s'],
    ['length > 99'],
    ['state CLOSE_WAIT'],
    ['client state ESTABLISHED'],
    ['server port 443 and not verdict any'],
    ['port 80 or from client'],
  ])('%s', (text) => expect(selects(text)).toBe(true));

  test.each([
    ['from server'],
    ['flag SYN'],
    ['stream 5'],
    ['frame 13..'],
    ['time 1.1s..2s'],
    ['length = 0'],
    ['client state CLOSE_WAIT'],
    ['verdict retransmission'],
    ['port 80 and from client'],
  ])('not: %s', (text) => expect(selects(text)).toBe(false));

  test('verdicts by kind', () => {
    const again = packetOf({ verdict: { kind: 'retransmission', confidence: 'high' } });
    expect(selects('verdict retransmission', again)).toBe(true);
    expect(selects('verdict any', again)).toBe(true);
    expect(selects('verdict keep-alive', again)).toBe(false);
  });

  test('what only the finished connection knows is not met before, nor is its contrary', () => {
    const selection = parseWhere('duration > 1s');
    expect(selection.matchesPacket(row, identity, CONTEXT)).toBe(false);
    expect(selects('not duration > 1s')).toBe(false);
    expect(selection.matchesPacket(row, connection, CONTEXT)).toBe(true);
  });
});

describe('canonical text', () => {
  test.each([
    ['PORT 443..443', 'port 443'],
    ['server  Host   LAPTOP', 'server host "LAPTOP"'],
    ['net 10.1.2.3/8', 'net 10.0.0.0/8'],
    ['host 2001:db8:0:0:0:0:0:1', 'host 2001:db8::1'],
    ['host ::ffff:1.2.3.4', 'host ::ffff:1.2.3.4'],
    ['!(port 1||port 2)&&port 3', 'not (port 1 or port 2) and port 3'],
    ['(port 1 and port 2) and port 3', '(port 1 and port 2) and port 3'],
    ['(port 1 and port 2) or port 3', 'port 1 and port 2 or port 3'],
    ['time 1m..', 'time 60s..'],
    ['bytes >= 1.5MiB', 'bytes >= 1572864'],
  ])('%s', (text, canonical) => expect(parseWhere(text).text).toBe(canonical));
});

test('help names every condition, and its examples are understood', () => {
  const conditions = whereConditions();
  expect(conditions.map(({ usage }) => usage.replace('[client|server] ', '').split(' ')[0]!.toLowerCase())).toEqual([
    ...FIELDS.keys(),
  ]);
  for (const { usage, summary } of conditions) expect(summary, usage).toMatch(/^\w/);
  for (const example of WHERE_HELP.examples) expect(parseWhere(example).text).toBe(example);
});
