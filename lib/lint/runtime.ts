import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import type { Finding } from '../facts/finding.ts';
import { isBefore } from '../facts/moment.ts';
import { EVERY_CONNECTION, ONE_SIDED, PAYLOAD_DIFFERS } from '../facts/notes.ts';
import type { RuleRun, Suppressed } from '../facts/report.ts';
import { type Need, SEVERITIES, worse } from '../facts/rule.ts';
import { CONFIDENCE_NAMES } from '../facts/verdict.ts';
import type { Draft, Watch } from '../rules/rule.ts';
import { captureEndOf } from '../rules/watching.ts';
import { occurrences } from './baseline.ts';
import type { ActiveRule, ResolvedConfig } from './config.ts';
import type { FoundRules } from './expect.ts';
import { fingerprint } from './fingerprint.ts';
import { Folds } from './folds.ts';
import { Suppressions } from './inline.ts';
import type { NameOf } from './names.ts';
import { type CaptureOrigin, Variants } from './overrides.ts';
import { fromCapture, type Ranked, type Unnumbered } from './told.ts';
import { withNames } from './with-names.ts';

/**
 * Judges one capture: give it every connection's facts as they come, then the capture's. Keeps nothing of a healthy
 * connection; what is found is folded as it comes, so that memory stays bounded whatever the capture holds.
 */
export interface Linter {
  /** Notes (facts/notes.ts) that any rule wakes on: connections without one of them need not be shown. */
  readonly wake: number;
  /** A rule asks for what only comparing payload can tell: the analysis must be told to (`payload: {}`). */
  readonly comparesPayload: boolean;
  connection(facts: ConnectionFacts): void;
  /** A comment that the capture holds, on a frame or (null) on a section: it may take findings back. */
  comment(text: string, frame: number | null): void;
  finish(capture: CaptureFacts): Judgement;
  /** Another that goes on from what has been found so far; this one stays as it is. It heeds no comments. */
  fork(): Linter;
}

export interface Judgement {
  readonly findings: readonly Finding[];
  readonly ruleRuns: readonly RuleRun[];
  /** The rules that found something on each connection; empty unless it was asked for. */
  readonly found: FoundRules;
  /** What comments in the capture take back, or would, and those among them that are not understood. */
  readonly suppressions: readonly Suppressed[];
  readonly suppressionProblems: readonly string[];
}

/** What judging knows of the capture besides its facts. */
export interface JudgingOptions {
  /** For overrides by file and time; `nameOf` names what is about the capture as a whole, connections bring their names. */
  readonly origin?: CaptureOrigin & { readonly nameOf?: NameOf };
  /** Comments in the capture may take findings back. */
  readonly allowInline?: boolean;
  /** Tell the rules of each connection (`found`), however many there are. */
  readonly keepFound?: boolean;
}

const NOWHERE: CaptureOrigin & { readonly nameOf?: NameOf } = { path: '', start: null };

export function createLinter(config: ResolvedConfig, options: JudgingOptions = {}): Linter {
  return linterOn(new Folds(options.keepFound === true), config, options);
}

function linterOn(folds: Folds, config: ResolvedConfig, options: JudgingOptions): Linter {
  const { origin = NOWHERE, allowInline = false } = options;
  const variants = new Variants(config, origin);
  const { possible } = variants;
  const skips = new Map<string, Map<string, number>>();
  const suppressions = new Suppressions(config.rules);
  const wake = possible.reduce(
    (bits, { rule }) => ('connection' in rule ? bits | (rule.meta.wakes ?? EVERY_CONNECTION) : bits),
    0,
  );
  const comparesPayload = possible.some(({ rule }) => ((rule.meta.wakes ?? 0) & PAYLOAD_DIFFERS) !== 0);
  const leastSure = CONFIDENCE_NAMES.indexOf(config.minConfidence);

  function skip(id: string, reason: string): void {
    const counts = skips.get(id) ?? new Map<string, number>();
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    skips.set(id, counts);
  }

  /** What a rule says, ranked; nothing of what it is not sure enough of. */
  function ranked({ rule: { meta }, level }: ActiveRule, draft: Draft): Ranked | null {
    if (CONFIDENCE_NAMES.indexOf(draft.confidence) < leastSure) return null;
    const own = draft.severity ?? meta.severity;
    return { draft, meta, severity: level ?? (own === 'note' ? config.noteAs : own), impact: costOf(draft) };
  }

  return {
    wake,
    comparesPayload,

    connection(facts) {
      const found: Ranked[] = [];
      const watch: Watch = { start: facts.start, end: captureEndOf(facts) };
      for (const judge of variants.of(facts)) {
        const { rule, options: values } = judge;
        const { id, needs } = rule.meta;
        const lacking = lackingOf(needs, facts);
        if (lacking !== null) {
          if (!isUnanswered(lacking, facts)) skip(id, LACKING[lacking]);
          continue;
        }
        for (const draft of listOf(rule.connection(facts, values as never, watch))) {
          const told = ranked(judge, draft);
          if (told !== null) found.push(told);
        }
      }
      for (const each of found) {
        const replaced = found.some((other) => replaces(other.draft, each));
        if (replaced || (allowInline && suppressions.takesBack(each.meta.id, each.draft.frames))) continue;
        folds.add(each, facts);
      }
    },

    comment(text, frame) {
      suppressions.add(text, frame);
    },

    finish(capture) {
      const found: Unnumbered[] = [];
      const replaced = new Set<string>();
      for (const active of variants.usual) {
        const { rule, options: values } = active;
        if (!('capture' in rule)) continue;
        const lacking = rule.meta.needs.find((need) => !captureHas(capture, need));
        if (lacking !== undefined) {
          skip(rule.meta.id, LACKING[lacking]);
          continue;
        }
        for (const draft of listOf(rule.capture(capture, values as never))) {
          const told = ranked(active, draft);
          if (told === null) continue;
          const worst = folds.replace(draft);
          if (draft.replacesOn === 'capture') for (const id of draft.replaces ?? []) replaced.add(id);
          if (allowInline && suppressions.takesBack(rule.meta.id, draft.frames)) continue;
          const named = origin.nameOf === undefined ? draft : withNames(draft, origin.nameOf);
          // One cause of many connections' trouble is no less serious than their trouble.
          const severity = active.level === null ? worse(told.severity, worst) : told.severity;
          found.push(fromCapture({ ...told, severity, draft: named }, capture.packets));
        }
      }
      for (const id of replaced) folds.drop(id);
      found.push(...folds.findings());
      const findings = numbered(
        found.filter(({ rule }) => !replaced.has(rule)),
        capture.path,
      );
      const kept = allowInline
        ? findings.filter((finding) => !suppressions.takesBackAll(finding.rule, occurrences(finding)))
        : findings;
      return {
        findings: kept,
        ruleRuns: possible.map(({ rule, level }) => ({
          meta: rule.meta,
          severity: level ?? rule.meta.severity,
          skipped: skippedText(skips.get(rule.meta.id), 'connection' in rule),
        })),
        found: folds.found(kept),
        suppressions: suppressions.told(capture.path, allowInline),
        suppressionProblems: suppressions.problems,
      };
    },

    fork: () => linterOn(folds.copy(), config, { origin }),
  };
}

/** `by` tells better what `each`, on the same connection, tells. What was over before it began is another story. */
function replaces(by: Draft, { draft, meta }: Ranked): boolean {
  return (
    by.replaces?.includes(meta.id) === true &&
    (by.replacesEitherSide === true || by.side === undefined || by.side === draft.side) &&
    !isBefore(draft.end, by.start)
  );
}

const NOTHING: readonly Draft[] = [];

function listOf(said: Draft | readonly Draft[] | null): readonly Draft[] {
  const told = said ?? NOTHING;
  return isList(told) ? told : [told];
}

function isList(said: Draft | readonly Draft[]): said is readonly Draft[] {
  return Array.isArray(said);
}

/** A clock that steps back makes no cost negative. */
function costOf({ impact }: Draft): Draft['impact'] {
  return impact.seconds !== undefined && impact.seconds < 0 ? { ...impact, seconds: 0 } : impact;
}

const LACKING: { readonly [need in Need]: string } = {
  handshake: 'the handshake is not in the capture',
  bothSides: 'only one side was captured',
  flightVisible: 'bytes in flight cannot be judged from this tap',
};

function lackingOf(needs: readonly Need[], facts: ConnectionFacts): Need | null {
  for (const need of needs) if (!connectionHas(facts, need)) return need;
  return null;
}

function connectionHas(facts: ConnectionFacts, need: Need): boolean {
  switch (need) {
    case 'handshake':
      return facts.handshakeSeen;
    case 'bothSides':
      return facts.client.packets > 0 && facts.server.packets > 0;
    case 'flightVisible':
      return facts.client.flightVisible || facts.server.flightVisible;
  }
}

/** The other side is not missing from the capture: it said nothing. */
function isUnanswered(lacking: Need, { notes }: ConnectionFacts): boolean {
  return lacking === 'bothSides' && (notes & ONE_SIDED) === 0;
}

/** A capture lacks what most of its connections lack. */
function captureHas(capture: CaptureFacts, need: Need): boolean {
  switch (need) {
    case 'handshake':
      return capture.connections === 0 || capture.midstream.connections * 2 <= capture.connections;
    case 'bothSides':
      return capture.connections === 0 || capture.oneSided.connections * 2 <= capture.connections;
    case 'flightVisible':
      return true;
  }
}

function skippedText(counts: ReadonlyMap<string, number> | undefined, perConnection: boolean): string | null {
  if (counts === undefined) return null;
  return [...counts]
    .map(([reason, times]) => (perConnection ? `on ${times} connection${times === 1 ? '' : 's'}: ${reason}` : reason))
    .join('; ');
}

/** Orders by severity, first frame and rule; gives numbers, and equals a fingerprint each by their order. */
function numbered(found: readonly Unnumbered[], path: string): Finding[] {
  const ordered = [...found].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      a.frames.first - b.frames.first ||
      compare(a.rule, b.rule) ||
      compare(a.subject, b.subject),
  );
  const ordinals = new Map<string, number>();
  return ordered.map(({ subject, ...finding }, index) => {
    const ordinal = (ordinals.get(subject) ?? 0) + 1;
    ordinals.set(subject, ordinal);
    return {
      id: index + 1,
      ...finding,
      capture: path,
      docs: `docs/rules/${finding.rule}.md`,
      fingerprint: fingerprint(subject, ordinal),
    };
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
