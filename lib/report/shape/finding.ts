import type { Finding } from '../../facts/finding.ts';
import { epoch } from '../../facts/moment.ts';

/** A finding as JSON carries it: times become strings of epoch seconds. */
export function findingShape(finding: Finding): object {
  return {
    id: finding.id,
    rule: finding.rule,
    severity: finding.severity,
    confidence: finding.confidence,
    message: finding.message,
    capture: finding.capture,
    connections: finding.connections,
    streams: finding.streams,
    endpoints: finding.endpoints,
    frames: finding.frames,
    start: epoch(finding.start),
    end: epoch(finding.end),
    lowerBound: finding.lowerBound,
    impact: finding.impact,
    evidence: finding.evidence,
    likelyCauses: finding.likelyCauses,
    nextSteps: finding.nextSteps,
    filter: finding.filter,
    docs: finding.docs,
    fingerprint: finding.fingerprint,
  };
}
