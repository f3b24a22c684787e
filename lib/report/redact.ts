import type { Report } from '../facts/report.ts';

/** What may be an address in running text. A MAC is six pairs; IPv6 has at least two colons. */
const CANDIDATE =
  /(?<![\w.:])(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*|\d{1,3}(?:\.\d{1,3}){3})(?![\w])/gi;

/**
 * The report without addresses and host names, for places that strangers can read. Each address keeps one stand-in
 * throughout, numbered in the order in which they appear: who is the same host stays visible. Ports, times and sizes
 * stay; so do file names and fingerprints.
 */
export function redact(report: Report): Report {
  const names = new Set(report.findings.flatMap(({ endpoints }) => endpoints.flatMap(({ name }) => name ?? [])));
  const stand = new StandIns(names);
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return stand.text(value);
    }
    if (Array.isArray(value)) {
      return value.map(deep);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, KEPT.has(key) ? inner : deep(inner)]));
  };
  return {
    ...report,
    captures: report.captures.map((capture) => ({ ...capture, traffic: { services: [], closers: [] } })),
    findings: report.findings.map((finding) => deep(finding) as typeof finding),
    ...(report.suppressions === undefined
      ? {}
      : { suppressions: report.suppressions.map((each) => deep(each) as typeof each) }),
  };
}

const KEPT: ReadonlySet<string> = new Set(['capture', 'rule', 'docs', 'fingerprint']);

class StandIns {
  private readonly known = new Map<string, string>();
  private readonly names: RegExp | null;

  constructor(names: ReadonlySet<string>) {
    const longestFirst = [...names].filter((name) => name !== '').sort((a, b) => b.length - a.length);
    const alternatives = longestFirst.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
    this.names = alternatives === '' ? null : new RegExp(alternatives, 'g');
  }

  text(text: string): string {
    const unnamed = this.names === null ? text : text.replace(this.names, (name) => this.standIn(name, 'name'));
    return unnamed.replace(CANDIDATE, (found) => {
      const ending = /[.:]*$/.exec(found)![0];
      const address = found.slice(0, found.length - ending.length);
      return isAddress(address) ? this.standIn(address, 'host') + ending : found;
    });
  }

  private standIn(original: string, kind: string): string {
    const known = this.known.get(original);
    if (known !== undefined) {
      return known;
    }
    const standIn = `${kind}-${this.known.size + 1}`;
    this.known.set(original, standIn);
    return standIn;
  }
}

function isAddress(text: string): boolean {
  if (!text.includes(':')) {
    return text.split('.').every((part) => Number(part) <= 255);
  }
  const groups = text.split(':');
  const mac = groups.length === 6 && groups.every((group) => group.length === 2);
  const short = text.includes('::');
  return mac || (groups.every((group) => group.length <= 4 || group.includes('.')) && (groups.length === 8 || short));
}
