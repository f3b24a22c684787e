import { STAGE_NAMES } from '../../lib/facts/explanation.ts';
import { SCHEMA_VERSION } from '../../lib/facts/report.ts';
import { FAMILIES, PRESETS, SEVERITIES } from '../../lib/facts/rule.ts';
import { STATE_NAMES } from '../../lib/facts/state.ts';
import { HOLE_CAUSES } from '../../lib/facts/stream.ts';
import { CONFIDENCE_NAMES, HOW_NAMES, VERDICT_NAMES } from '../../lib/facts/verdict.ts';

/**
 * The JSON Schemas of what tcplint prints as JSON, written to docs/schema/ (see schema.test.ts).
 * Strict: a field that is not named here is an error, so that none appears unannounced.
 */
type Schema = { readonly [key: string]: unknown };

const count: Schema = { type: 'integer', minimum: 0 };
const text: Schema = { type: 'string' };
const seconds: Schema = { type: 'number', description: 'seconds' };
const flag: Schema = { type: 'boolean' };
const time: Schema = {
  type: 'string',
  pattern: '^-?\\d+\\.\\d{9}$',
  description: 'epoch seconds with nine decimals',
};
const state = words(STATE_NAMES);
const severity = words(SEVERITIES);
const confidence = words(CONFIDENCE_NAMES);

function words(list: readonly (string | null)[]): Schema {
  return { enum: list.filter((word) => word !== null) };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

/** An object with exactly these fields; those that may be absent come last. */
function object(
  required: { readonly [name: string]: Schema },
  optional: { readonly [name: string]: Schema } = {},
): Schema {
  return {
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    additionalProperties: false,
  };
}

const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });

const capture = object(
  {
    path: text,
    format: text,
    compression: orNull(words(['gzip', 'zstd', 'lz4'])),
    packets: count,
    segments: count,
    connections: count,
    start: orNull(time),
    end: orNull(time),
    vantage: words(['client', 'server', 'middle', 'unknown']),
    problems: list(object({ kind: words(['truncated', 'damaged']), offset: count, reason: text })),
  },
  {
    forgotten: object(
      { limitBytes: count, connections: count, tuples: count, firstFrame: count },
      { uncounted: count },
    ),
  },
);

const endpoint = object({ address: text, port: count }, { name: text });
const finding = object({
  id: { type: 'integer', minimum: 1 },
  rule: text,
  severity,
  confidence,
  message: text,
  capture: text,
  connections: list(count),
  streams: list(count),
  endpoints: list(object({ address: text, port: count, role: words(['client', 'server', 'host']) }, { name: text })),
  frames: object({ first: count, last: count, count, examples: list(count) }),
  start: time,
  end: time,
  lowerBound: flag,
  impact: object({}, { seconds, bytes: count, connections: count }),
  evidence: {
    type: 'object',
    additionalProperties: {
      anyOf: [{ type: ['number', 'string', 'boolean', 'null'] }, list({ type: ['number', 'string'] })],
    },
  },
  likelyCauses: list(text),
  nextSteps: list(text),
  filter: text,
  docs: text,
  fingerprint: text,
});

const tool = object({ name: { const: 'tcplint' }, version: text });
const head = { schemaVersion: { const: SCHEMA_VERSION }, tool };

const verdict = object(
  { kind: words(VERDICT_NAMES), confidence },
  { how: words(HOW_NAMES), spurious: flag, of: count },
);

/** Several captures: each row names its own. */
const OWN = { capture: text };
const packet = object(
  {
    frame: count,
    connection: count,
    stream: count,
    time,
    from: words(['client', 'server']),
    flags: list(words(['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE'])),
    seq: { ...count, maximum: 2 ** 32 - 1 },
    ack: { ...count, maximum: 2 ** 32 - 1 },
    length: count,
    window: count,
    windowScaled: flag,
    verdict: orNull(verdict),
    clientState: state,
    serverState: state,
  },
  { ...OWN, analysis: list(text), difference: text },
);

const stateChange = object(
  {
    connection: count,
    stream: count,
    endpoint: words(['client', 'server']),
    address: text,
    port: count,
    time,
    previous: state,
    state,
    frame: orNull(count),
    cause: text,
    certainty: words(['observed', 'inferred']),
    confirmedBy: orNull(count),
  },
  OWN,
);

const direction = object({
  packets: count,
  bytes: count,
  uniqueBytes: count,
  retransmissions: count,
  retransmittedBytes: count,
  reordered: count,
  duplicates: count,
  zeroWindowTime: seconds,
  maxWindow: count,
  mss: orNull(count),
  windowScale: orNull(count),
  sackPermitted: orNull(flag),
  timestamps: orNull(flag),
});
const rtt = orNull(object({ min: seconds, p50: seconds, p95: seconds, max: seconds, samples: count }));
const share: Schema = { type: 'number', minimum: 0, maximum: 1 };
const limits = orNull(object({ application: share, receiveWindow: share, network: share }));
const bothWays = (each: Schema): Schema => object({ fromClient: each, fromServer: each });

const spread = orNull(object({ samples: count, min: seconds, max: seconds, average: seconds, deviation: seconds }));
/** lib/facts/flow-metrics.ts. */
const metrics = object({
  ...Object.fromEntries(
    (
      'acks pureAcks resets syns fins pushed urgentSegments urgentBytes sackSegments dsackSegments maxSackBlocks ' +
      'zeroWindowProbeBytes zeroWindows initialWindowBytes initialWindowSegments cutSegments cutBytes ambiguousAcks ' +
      'acknowledgedTogether duplicateAcks tripleDuplicateAcks maxRepeats'
    )
      .split(' ')
      .map((name) => [name, count]),
  ),
  segmentBytes: spread,
  windowBytes: spread,
  flightBytes: spread,
  flightBytesOverTime: orNull({ type: 'number' }),
  streamBytes: orNull(count),
  missedBytes: orNull(count),
  transferTime: seconds,
  longestSilence: seconds,
  throughput: orNull({ type: 'number' }),
  rtt: spread,
  fullSizeRtt: spread,
  repeatTime: spread,
});

const flowIdentity = {
  connection: count,
  streams: list(count),
  stream: count,
  client: endpoint,
  server: endpoint,
  tunnel: orNull(text),
  roleConfidence: words(['handshake', 'guessed']),
  start: time,
  end: time,
  duration: seconds,
  firstFrame: count,
  lastFrame: count,
};
const connectionRow = object(
  {
    ...flowIdentity,
    states: object({ client: state, server: state }),
    closedBy: orNull(words(['client', 'server', 'both'])),
    closeKind: words(['fin', 'reset', 'open']),
    vantage: words(['client', 'server', 'middle', 'unknown']),
    fromClient: direction,
    fromServer: direction,
    handshake: object({
      rtt: orNull(seconds),
      clientRtt: orNull(seconds),
      serverRtt: orNull(seconds),
      synRetries: count,
      synAckRetries: count,
    }),
    rtt: bothWays(rtt),
    limitedBy: bothWays(limits),
  },
  { ...OWN, completeness: count, connState: text, history: text, metrics: bothWays(metrics), findings: list(text) },
);
/** A further row of Zeek's conn.log for the connection of that number. */
const zeekRow = object(
  {
    ...flowIdentity,
    onlyZeek: { const: true },
    connState: text,
    history: text,
    fromClient: object({ packets: count, bytes: count }),
    fromServer: object({ packets: count, bytes: count }),
  },
  { ...OWN, completeness: count },
);
const flow: Schema = { anyOf: [connectionRow, zeekRow] };

const streamOf = { connection: count, stream: count, from: words(['client', 'server']) };
const base64: Schema = { type: 'string', contentEncoding: 'base64' };
const position: Schema = { type: 'integer', description: 'offset in the stream; below 0 before its first byte' };
const what = { ...streamOf, offset: count };
const streamEvent: Schema = {
  anyOf: [
    object({ kind: { const: 'bytes' }, ...what, length: count, frame: count, time, waited: seconds, payload: base64 }),
    object({ kind: { const: 'hole' }, ...what, length: count, cause: words(HOLE_CAUSES) }),
    object({
      kind: { const: 'difference' },
      ...what,
      length: count,
      differing: count,
      frame: count,
      time,
      payload: base64,
      before: object({ frame: count, payload: base64 }),
      kept: words(['before', 'this']),
    }),
    object({
      kind: { const: 'segment' },
      ...streamOf,
      offset: position,
      length: count,
      frame: count,
      time,
      push: flag,
      fin: flag,
      fresh: count,
      repeated: count,
      differing: count,
      uncompared: count,
      late: seconds,
      ahead: count,
      held: flag,
      doubt: orNull(words(['probe', 'damaged', 'unanswered'])),
    }),
    object({
      kind: { const: 'end' },
      ...what,
      by: words(['fin', 'reset', 'capture']),
      unacknowledged: orNull(count),
      missing: count,
      repeated: count,
      uncompared: count,
    }),
  ],
};

const named = object({ address: text, port: count }, { name: text });
const timesFields = { samples: count, min: seconds, p50: seconds, p95: seconds, max: seconds };
const times = orNull(object(timesFields));
const dwell = orNull(object({ ...timesFields, open: count }));
const byside = (each: Schema): Schema => object({ client: each, server: each });
/** lib/facts/services.ts. */
const service = object(
  {
    server: named,
    connections: count,
    begun: count,
    completed: count,
    refused: count,
    refusedShare: orNull(share),
    unanswered: count,
    unansweredShare: orNull(share),
    reset: count,
    resetShare: orNull(share),
    handshake: times,
    response: times,
    packets: count,
    uniqueBytes: count,
    retransmittedBytes: count,
    retransmissionShare: orNull({ type: 'number', minimum: 0 }),
    dataSegments: count,
    retransmissions: count,
    closeWait: byside(dwell),
    timeWait: byside(dwell),
    findings: list(object({ rule: text, severity, count, connections: count })),
  },
  OWN,
);

/** lib/facts/sockets.ts. */
const socket = object(
  {
    at: time,
    local: named,
    peer: orNull(named),
    state,
    since: time,
    seconds,
    expires: orNull(time),
    role: words(['client', 'server']),
    connection: orNull(count),
    stream: orNull(count),
    doubt: orNull(words(['inferred', 'timer', 'midstream', 'listener'])),
  },
  OWN,
);
const counted = STATE_NAMES.filter((name) => name !== 'CLOSED' && name !== 'LISTEN');
const stateCounts = object(
  { time, hosts: list(text), states: object(Object.fromEntries(counted.map((name) => [name, count]))) },
  OWN,
);

/** lib/facts/comparison.ts. */
const comparedCapture = object({
  path: text,
  packets: count,
  connections: count,
  start: orNull(time),
  end: orNull(time),
});
const judged = {
  outcome: words(['better', 'worse', 'unclear', 'same']),
  p: orNull(share),
  severity: orNull(severity),
};
const estimate = orNull(
  object({ value: { type: 'number' }, samples: count, low: { type: 'number' }, high: { type: 'number' } }),
);
const ruleCount = object({ findings: count, connections: count, severity: orNull(severity) });
const comparison = object({
  ...head,
  before: comparedCapture,
  after: comparedCapture,
  falseDiscoveryRate: share,
  tests: count,
  services: list(
    object({
      before: orNull(named),
      after: orNull(named),
      matchedBy: orNull(words(['address', 'name', 'port'])),
      connections: object({ before: count, after: count }),
      measures: list(
        object({
          measure: words([
            'refused',
            'unanswered',
            'reset',
            'retransmitted',
            'handshakeMedian',
            'handshakeTail',
            'responseMedian',
            'responseTail',
          ]),
          kind: words(['share', 'time']),
          before: estimate,
          after: estimate,
          ...judged,
        }),
      ),
    }),
  ),
  rules: list(object({ rule: text, family: words(FAMILIES), before: ruleCount, after: ruleCount, ...judged })),
  summary: object({ better: count, worse: count, unclear: count, error: count, warning: count, note: count }),
});

/** lib/facts/taps.ts. */
const travel = words(['clientToServer', 'serverToClient']);
const tap = object({ path: text, frames: count, segments: count, start: orNull(time), end: orNull(time) });
const way = object({
  sent: count,
  delivered: count,
  lost: count,
  lostUncertain: count,
  lostBytes: count,
  duplicated: count,
  delayed: count,
  appeared: count,
  resegmented: count,
  copies: count,
  delay: times,
  hops: list({ type: 'array', prefixItems: [{ type: 'integer' }, count], items: false, minItems: 2 }),
});
const tapEvent = object(
  {
    kind: words(['lost', 'duplicated', 'delayed', 'appeared']),
    way: travel,
    time,
    from: text,
    to: text,
    flags: list(text),
    seq: count,
    length: count,
    clientFrames: list(count),
    serverFrames: list(count),
    certain: flag,
  },
  { bytes: count, seconds, overtaken: flag, ttl: count, usualTtl: orNull(count) },
);
const taps = object({
  ...head,
  taps: object({ client: tap, server: tap }),
  clock: object({
    offset: seconds,
    uncertainty: orNull(seconds),
    driftPpm: orNull({ type: 'number' }),
    roundTrip: seconds,
    samples: count,
    given: flag,
  }),
  connections: object({ both: count, clientOnly: count, serverOnly: count }),
  apart: object({ client: count, server: count }),
  translations: list(
    object({
      end: words(['client', 'server']),
      atClient: text,
      atServer: text,
      connections: count,
      portsChanged: count,
    }),
  ),
  ways: object({ clientToServer: way, serverToClient: way }),
  events: list(tapEvent),
  eventsLeftOut: count,
  changes: list(
    object({
      what: text,
      way: travel,
      before: text,
      after: text,
      segments: count,
      examples: list({ type: 'array', prefixItems: [count, count], items: false, minItems: 2 }),
    }),
  ),
  judgedEarly: count,
});

const option = object(
  {
    default: { type: ['number', 'boolean'] },
    unit: words(['s', 'ms', 'bytes', '%', '/s', 'count', 'ratio']),
    description: text,
  },
  { least: { type: 'number' }, most: { type: 'number' } },
);
const rule = object({
  id: text,
  family: words(FAMILIES),
  scope: words(['connection', 'capture']),
  severity,
  offIn: list(words(PRESETS)),
  summary: text,
  why: text,
  likelyCauses: list(text),
  nextSteps: list(text),
  falsePositives: list(text),
  references: list(text),
  needs: list(words(['handshake', 'bothSides', 'flightVisible'])),
  options: { type: 'object', additionalProperties: option },
  docs: text,
});

const failure = object({ path: text, reason: text });
const lint = object(
  {
    ...head,
    captures: list(capture),
    rules: list(
      object({
        id: text,
        family: words(FAMILIES),
        scope: words(['connection', 'capture']),
        severity,
        summary: text,
        skipped: orNull(text),
      }),
    ),
    findings: list(ref('finding')),
    summary: object(
      { error: count, warning: count, note: count, failures: list(failure) },
      { accepted: count, suppressed: count },
    ),
  },
  {
    suppressions: list(
      object({ capture: text, rule: text, reason: text, frame: orNull(count), honoured: flag, findings: count }),
    ),
  },
);

const baseline = object({
  schemaVersion: text,
  accepted: {
    type: 'object',
    additionalProperties: object({ rule: text, count: { type: 'integer', minimum: 1 }, message: text }),
  },
});

function document(title: string, schema: Schema, defs: { readonly [name: string]: Schema } = {}): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    ...schema,
    ...(Object.keys(defs).length > 0 ? { $defs: defs } : {}),
  };
}

function rows(name: string, row: string, each: Schema): Schema {
  const whole = object({ ...head, [name]: list(ref(row)), captures: list(capture) });
  return document(`tcplint ${name} --format json; each line of ndjson is a ${row} of $defs`, whole, { [row]: each });
}

/** File name in docs/schema -> schema. */
/** lib/facts/explanation.ts. */
const explanation = object(
  {
    frame: count,
    stages: list(object({ stage: words(STAGE_NAMES), entries: list(object({ name: text, text })) })),
  },
  OWN,
);

export const SCHEMAS: { readonly [file: string]: Schema } = {
  'lint.json': document('tcplint lint --format json; each line of ndjson is a finding of $defs', lint, { finding }),
  'packets.json': rows('packets', 'packet', packet),
  'packets-explain.json': document(
    'tcplint packets --frame N --explain --format json; each line of ndjson is an explanation of $defs',
    object({ ...head, explanations: list(ref('explanation')), captures: list(capture) }),
    { explanation },
  ),
  'timeline.json': rows('timeline', 'stateChange', stateChange),
  'flows.json': rows('flows', 'flow', flow),
  'services.json': rows('services', 'service', service),
  'netstat.json': document(
    'tcplint netstat --at --format json; each line of ndjson is a socket of $defs',
    object({ ...head, sockets: list(ref('socket')), captures: list(capture) }),
    { socket },
  ),
  'netstat-counts.json': document(
    'tcplint netstat --every --format json; each line of ndjson is a moment of $defs',
    object({ ...head, counts: list(ref('moment')), captures: list(capture) }),
    { moment: stateCounts },
  ),
  'compare.json': document('tcplint compare --format json', comparison),
  'compare-taps.json': document('tcplint compare --taps --format json', taps),
  'follow.json': document(
    'tcplint follow --format json; each line of ndjson is an event of $defs',
    object({ ...head, events: list(ref('event')), captures: list(capture) }),
    { event: streamEvent },
  ),
  'rules.json': document(
    'tcplint rules --format json; each line of ndjson is a rule of $defs',
    object({ ...head, rules: list(ref('rule')) }),
    { rule },
  ),
  'baseline.json': document('a baseline, as --update-baseline writes it', baseline),
};
