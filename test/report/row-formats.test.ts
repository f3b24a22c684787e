import { describe, expect, test } from 'vitest';
import type { StateChange } from '../../lib/facts/connection.ts';
import type { StateName } from '../../lib/facts/state.ts';
import { VERDICT_NAMES } from '../../lib/facts/verdict.ts';
import { open as flowsCsv } from '../../lib/report/flows/csv.ts';
import { open as flowsJson } from '../../lib/report/flows/json.ts';
import { open as flowsTable } from '../../lib/report/flows/table.ts';
import type { Origin, RowFormat } from '../../lib/report/format.ts';
import { open as packetsNdjson } from '../../lib/report/packets/ndjson.ts';
import { open as packetsTable } from '../../lib/report/packets/table.ts';
import { PLAIN_PAGE } from '../../lib/report/page.ts';
import { flowText, furtherZeekTexts } from '../../lib/report/shape/flow.ts';
import type { PacketLine } from '../../lib/report/shape/packet.ts';
import { open as ladder } from '../../lib/report/timeline/ladder.ts';
import { open as timelineNdjson } from '../../lib/report/timeline/ndjson.ts';
import { capture, connection, endpoint, moment } from '../lint/facts.ts';
import { finding, packet } from './sample.ts';

const ORIGIN: Origin = { path: 'test.pcap', start: moment(0), several: false };
const UNICODE = { ...PLAIN_PAGE, unicode: true };

function written<Row>(format: RowFormat<Row>, rows: readonly Row[], origin = ORIGIN): string {
  return format.head() + rows.map((row) => format.row(row, origin)).join('') + format.tail([capture()]);
}

function change(
  side: 'client' | 'server',
  seconds: number,
  previous: StateName,
  state: StateName,
  frame: number | null,
  cause = '',
): StateChange {
  const time = moment(seconds);
  return { endpoint: side, time, previous, state, frame, cause, certainty: 'observed', confirmedBy: frame };
}

test('on a narrow page, what must be told stands on lines of its own', () => {
  const narrow = { ...PLAIN_PAGE, width: 40 };
  const segments = written(packetsTable(narrow), [packet(1, 0, { flags: ['SYN'], seq: 5 }), packet(2, 1)]);
  expect(segments.split('\n').slice(0, 4)).toEqual([
    '  frame        time conn from   flags',
    '           seq bytes verdict',
    '      1    0.000000    0 client SYN',
    '             0',
  ]);
  const { client, server } = connection();
  const named = connection({
    client: { ...client, address: 'fd00:1111:2222:3333:4444:5555:6666:7777' },
    server: { ...server, address: 'fd00:1111:2222:3333:4444:5555:6666:8888', name: 'a-name-of-a-service-that-is-long' },
  });
  for (const width of [80, 40]) {
    const rows = written(
      flowsTable({ ...PLAIN_PAGE, width }),
      Array(501).fill({ text: flowText(named), findings: [] }),
    );
    const lines = rows.split('\n');
    expect(lines.filter((line) => line.length > Math.max(width, 54))).toEqual([]);
    // The first rows decide how wide columns are, and those behind them look the same.
    expect(new Set(lines.slice(-4, -1))).toEqual(new Set(lines.slice(-104, -100)));
  }
});

test('a packet fits 80 columns, whatever its verdict', () => {
  const hows: { readonly [kind: string]: readonly string[] } = {
    retransmission: ['rto', 'fast', 'tail_loss_probe', 'syn', 'synack', 'fin', 'unknown'],
    duplicate: ['capture', 'network', 'unknown'],
  };
  const verdicts = VERDICT_NAMES.filter((kind) => kind !== null).flatMap((kind) =>
    (hows[kind] ?? ['unknown']).flatMap((how) =>
      [true, false].map((spurious) => ({ kind, how, spurious, confidence: 'high', of: 1_234_567 })),
    ),
  );
  const rows = verdicts.map((verdict, i) =>
    packet(9_000_000 + i, 9999, {
      flags: ['PSH', 'ACK'],
      seq: 2 ** 32 - 1,
      length: 65_535,
      connection: 9999,
      verdict: verdict as never,
    }),
  );
  const text = written(packetsTable({ ...PLAIN_PAGE, width: 80 }), rows);
  expect(rows.length).toBeGreaterThan(20);
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

const PACKETS = [
  packet(1, 0, { flags: ['SYN'], seq: 1000, ack: 0, clientState: 'SYN_SENT', serverState: 'CLOSED' }),
  packet(2, 0.01, { from: 'server', flags: ['SYN', 'ACK'], seq: 5000, ack: 1001 }),
  packet(3, 0.02, { ack: 5001 }),
  packet(4, 0.021, { flags: ['PSH', 'ACK'], length: 1460 }),
  packet(5, 0.3, {
    flags: ['PSH', 'ACK'],
    length: 1460,
    analysis: ['retransmission'],
    verdict: { kind: 'retransmission', how: 'rto', spurious: false, confidence: 'high', of: 4 },
  }),
  packet(6, 0.31, { from: 'server', seq: 5001, ack: 2461 }),
];

describe('several captures', () => {
  const origins = ['a.pcap', 'empty.pcap', 'b.pcap'].map((path) => ({ path, start: moment(0), several: true }));
  const [a, , b] = origins as [Origin, Origin, Origin];

  test('have a table each, under their paths', () => {
    const rows = (format: RowFormat<PacketLine>): string =>
      format.head() +
      PACKETS.slice(0, 2)
        .map((row) => format.row(row, a))
        .join('') +
      (format.skip?.(PACKETS[0]!, origins[1]!) ?? '') +
      PACKETS.slice(0, 1)
        .map((row) => format.row(row, b))
        .join('') +
      format.tail([]);
    const lines = rows(packetsTable(PLAIN_PAGE)).split('\n');
    expect(lines.map((line) => line.trim().split(' ')[0])).toEqual([
      'a.pcap',
      'frame',
      '1',
      '2',
      '',
      'b.pcap',
      'frame',
      '1',
      '',
    ]);
  });

  test('whose rows are held back to size the columns as well', () => {
    const format = flowsTable(PLAIN_PAGE);
    const row = { text: flowText(connection()), findings: [] };
    const text = [format.head(), format.row(row, a), format.row(row, b), format.tail([])].join('');
    expect(text.split('\n').map((line) => line.trim().split(' ')[0])).toEqual([
      'a.pcap',
      'conn',
      '0',
      '',
      'b.pcap',
      'conn',
      '0',
      '',
    ]);
  });
});

describe('packets', () => {
  test('ndjson has the contract’s fields in order', () => {
    const lines = written(packetsNdjson(), PACKETS).trimEnd().split('\n');
    expect(lines[4]).toBe(
      '{"frame":5,"connection":0,"stream":0,"time":"1700000000.300000000","from":"client","flags":["PSH","ACK"],' +
        '"seq":1001,"ack":5001,"length":1460,"window":64240,"windowScaled":true,"analysis":["retransmission"],' +
        '"verdict":{"kind":"retransmission","how":"rto","spurious":false,"confidence":"high","of":4},' +
        '"clientState":"ESTABLISHED","serverState":"ESTABLISHED"}',
    );
    expect(JSON.parse(lines[0]!)).not.toHaveProperty('analysis');
  });

  test('rows name their capture when there are several', () => {
    const text = written(packetsNdjson(), PACKETS.slice(0, 1), { ...ORIGIN, several: true });
    expect(text).toMatch(/^\{"capture":"test\.pcap","frame":1,/);
  });

  test('the table fits 80 columns', () => {
    expect(written(packetsTable(PLAIN_PAGE), PACKETS)).toBe(`\
  frame        time conn from   flags          seq bytes verdict
      1    0.000000    0 client SYN              0
      2    0.010000    0 server SYN ACK          0
      3    0.020000    0 client ACK              1
      4    0.021000    0 client PSH ACK          1  1460
      5    0.300000    0 client PSH ACK          1  1460 retransmission rto
      6    0.310000    0 server ACK              1
`);
  });
});

describe('flows', () => {
  const row = {
    text: flowText(connection({ client: endpoint('10.0.0.1', 40000, { name: '=cmd,"x"' }) })),
    findings: ['a', 'b'],
  };

  test('json is one document, rows as they came and the captures behind', () => {
    const document = JSON.parse(written(flowsJson(), [row, row]));
    expect(Object.keys(document)).toEqual(['schemaVersion', 'tool', 'flows', 'captures']);
    expect(document.flows).toHaveLength(2);
    expect(Object.keys(document.flows[0])).toEqual([
      'connection',
      'streams',
      'stream',
      'client',
      'server',
      'tunnel',
      'roleConfidence',
      'start',
      'end',
      'duration',
      'firstFrame',
      'lastFrame',
      'states',
      'closedBy',
      'closeKind',
      'vantage',
      'fromClient',
      'fromServer',
      'handshake',
      'rtt',
      'limitedBy',
      'findings',
    ]);
  });

  test('csv has one flat column per field, and no formula', () => {
    const [head, line] = written(flowsCsv(), [row]).trimEnd().split('\n');
    expect(head!.split(',').slice(0, 6)).toEqual([
      'connection',
      'streams',
      'stream',
      'client.address',
      'client.port',
      'client.name',
    ]);
    expect(line).toContain(`10.0.0.1,40000,"'=cmd,""x""",`);
    expect(line).toMatch(/,a b$/);
  });

  test('further rows of Zeek’s stand behind their connection, marked, and not in the table', () => {
    const facts = connection({
      connState: 'SF',
      history: 'ShAF',
      furtherZeekRows: [
        {
          connState: 'RSTRH',
          history: '^r',
          originator: 'client',
          start: moment(9),
          end: moment(9.5),
          firstFrame: 40,
          lastFrame: 41,
          packetsFromClient: 0,
          packetsFromServer: 2,
          bytesFromClient: 0,
          bytesFromServer: 0,
        },
      ],
    });
    const further = furtherZeekTexts(facts).map((text) => ({ text, onlyZeek: true }) as const);
    const rows = [{ text: flowText(facts), findings: [] }, ...further];
    const [, second] = JSON.parse(written(flowsJson(), rows)).flows;
    expect(second).toEqual({
      connection: 0,
      streams: [0],
      stream: 0,
      client: { address: '10.0.0.1', port: 40000 },
      server: { address: '10.0.0.2', port: 80 },
      tunnel: null,
      roleConfidence: 'handshake',
      start: '1700000009.000000000',
      end: '1700000009.500000000',
      duration: 0.5,
      firstFrame: 40,
      lastFrame: 41,
      onlyZeek: true,
      connState: 'RSTRH',
      history: '^r',
      fromClient: { packets: 0, bytes: 0 },
      fromServer: { packets: 2, bytes: 0 },
    });
    expect(written(flowsTable(PLAIN_PAGE), rows).trimEnd().split('\n')).toHaveLength(2);
    expect(written(flowsCsv(), rows).trimEnd().split('\n')).toHaveLength(3);
  });

  test('csv without rows still has its head', () => {
    expect(written(flowsCsv(), [])).toMatch(/^connection,streams,/);
  });

  test('rows behind the first five hundred keep to their columns', () => {
    const many = Array.from({ length: 600 }, () => row);
    const lines = written(flowsTable({ ...PLAIN_PAGE, width: 120 }), many)
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(601);
    expect(lines[600]).toBe(lines[1]);
  });

  test('the table leaves out what does not fit', () => {
    const at = (width: number): string => written(flowsTable({ ...PLAIN_PAGE, width }), [row]).split('\n')[0]!;
    expect(at(70)).toBe('conn  client          server       states (client/server)');
    expect(at(80)).toMatch(/ findings$/);
    expect(at(200)).toContain('closed by');
  });
});

describe('timeline', () => {
  const facts = connection({
    timeline: [
      change('client', 0, 'CLOSED', 'SYN_SENT', 1, 'sent SYN'),
      change('client', 0.01, 'SYN_SENT', 'ESTABLISHED', 2, 'received SYN-ACK'),
      change('server', 0.01, 'CLOSED', 'SYN_RECEIVED', 2, 'received SYN'),
      change('server', 0.02, 'SYN_RECEIVED', 'ESTABLISHED', 3, 'received ACK of SYN'),
      change('client', 60.5, 'TIME_WAIT', 'CLOSED', null, '2MSL expired'),
    ],
  });

  test('ndjson is a row per change', () => {
    const rows = written(timelineNdjson(), [{ facts, packets: [], findings: [] }])
      .trimEnd()
      .split('\n');
    expect(rows).toHaveLength(5);
    expect(rows[0]).toBe(
      '{"connection":0,"stream":0,"endpoint":"client","address":"10.0.0.1","port":40000,' +
        '"time":"1700000000.000000000","previous":"CLOSED","state":"SYN_SENT","frame":1,"cause":"sent SYN",' +
        '"certainty":"observed","confirmedBy":1}',
    );
  });

  test('the ladder shows segments, states, verdicts, findings and silence', () => {
    const found = finding({ frames: { first: 5, last: 5, count: 1, examples: [5] }, message: 'It was sent again.' });
    expect(written(ladder(UNICODE), [{ facts, packets: PACKETS, findings: [found] }])).toBe(
      `\
connection 0 · stream 0 · client 10.0.0.1:40000 → server 10.0.0.2:80

  frame        time  client                                         server
      1    0.000000      SYN_SENT ─ SYN 0 win 64240 ──────────────▶ │
      2    0.010000   ESTABLISHED ◀──── SYN ACK 0 ack 1 win 64240 ─ SYN_RECEIVED
      3    0.020000             │ ─ ACK ack 1 win 64240 ──────────▶ ESTABLISHED
      4    0.021000             │ ─ PSH 1:1461(1460) ack 1 ───────▶ │
      5    0.300000             │ ─ PSH 1:1461(1460) ack 1 ───────▶ │
                                  ▲ retransmission (by timeout) of 4
                                  ▲ zero-window-stall: It was sent again.
      6    0.310000             │ ◀─────── ACK ack 1461 win 64240 ─ │
                                │       … 60.2 s of silence …       │
          60.500000        CLOSED           2MSL expired            │
`.replace('◀────────', '◀───────'),
    );
  });

  test('a long run of ordinary segments is folded', () => {
    const run = Array.from({ length: 1000 }, (_, i) =>
      packet(10 + i, 1 + i / 1e4, { length: 1000, seq: (1001 + i * 1000) >>> 0 }),
    );
    const text = written(ladder(PLAIN_PAGE), [{ facts, packets: [...PACKETS, ...run], findings: [] }]);
    expect(text).toContain('... 995 segments, 995 kB -> ...');
    expect(text.split('\n').length).toBeLessThan(30);
    expect(text).toMatch(/^[\n\x20-\x7e]+$/);
  });
});
