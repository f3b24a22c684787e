import type { CaptureFacts } from '../../lib/facts/capture.ts';
import type { Finding } from '../../lib/facts/finding.ts';
import type { PacketRow } from '../../lib/facts/packet-row.ts';
import { type Report, SCHEMA_VERSION, TOOL } from '../../lib/facts/report.ts';
import type { RuleMeta, Severity } from '../../lib/facts/rule.ts';
import { capture, moment } from '../lint/facts.ts';

export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    id: 1,
    rule: 'zero-window-stall',
    severity: 'warning',
    confidence: 'high',
    message:
      'Server 10.0.0.2:80 advertised a zero window for 1.25 s through 3 probes while client 10.0.0.1:40000 had data to send; at least 14.6 kB waited.',
    capture: 'test.pcap',
    connections: [0],
    streams: [0],
    endpoints: [
      { address: '10.0.0.2', port: 80, role: 'server' },
      { address: '10.0.0.1', port: 40000, role: 'client' },
    ],
    frames: { first: 12, last: 20, count: 5, examples: [12, 14, 16, 18, 20] },
    start: moment(1.5),
    end: moment(2.75),
    lowerBound: false,
    impact: { seconds: 1.25, bytes: 14_600 },
    evidence: { stallSeconds: 1.25, probes: 3, bytesWaiting: 14_600, endedBy: 'window' },
    likelyCauses: ['The receiving program is too slow, blocked, or in a long pause such as garbage collection.'],
    nextSteps: ['On the receiver: `ss -tnm` shows a full receive queue (Recv-Q).'],
    filter: 'tcp.stream eq 0',
    docs: 'docs/rules/zero-window-stall.md',
    fingerprint: '0011223344556677',
    ...changes,
  };
}

export function meta(id: string, changes: Partial<RuleMeta> = {}): RuleMeta {
  return {
    id,
    family: 'window',
    scope: 'connection',
    summary: `What ${id} finds.`,
    why: 'It hurts.',
    likelyCauses: [],
    nextSteps: [],
    references: ['RFC 9293 3.8.6'],
    severity: 'warning',
    options: { seconds: { default: 0.2, unit: 's', description: 'Stall that counts.' } },
    needs: [],
    falsePositives: [],
    ...changes,
  };
}

export function report(findings: readonly Finding[], captures: readonly CaptureFacts[] = [capture()]): Report {
  const count = (severity: Severity): number => findings.filter((f) => f.severity === severity).length;
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: TOOL,
    captures,
    rules: [
      { meta: meta('zero-window-stall'), severity: 'warning', skipped: null },
      { meta: meta('syn-unanswered', { family: 'handshake' }), severity: 'warning', skipped: null },
      { meta: meta('capture-one-sided', { family: 'capture', scope: 'capture' }), severity: 'warning', skipped: null },
      { meta: meta('window-limited'), severity: 'warning', skipped: 'on 3 connections: only one side was captured' },
    ],
    findings,
    summary: { error: count('error'), warning: count('warning'), note: count('note'), failures: [] },
  };
}

export function packet(frame: number, seconds: number, changes: Partial<PacketRow> = {}): PacketRow {
  return {
    frame,
    connection: 0,
    stream: 0,
    time: moment(seconds),
    from: 'client',
    flags: ['ACK'],
    seq: 1001,
    ack: 5001,
    length: 0,
    window: 64_240,
    windowScaled: true,
    verdict: null,
    clientState: 'ESTABLISHED',
    serverState: 'ESTABLISHED',
    ...changes,
  };
}
