import type { Preset, RuleMeta, Severity } from '../facts/rule.ts';
import type { Confidence } from '../facts/verdict.ts';

/** What a preset changes; which rules are on in it is told by the rules themselves (`offIn`). */
export interface PresetSettings {
  readonly description: string;
  /** Findings less sure than this are not told. */
  readonly minConfidence: Confidence;
  /** Notes are raised to this. */
  readonly noteAs: Severity;
  readonly levels: { readonly [rule: string]: Severity };
}

const USUAL = { minConfidence: 'low', noteAs: 'note', levels: {} } as const;

export const PRESET_SETTINGS: { readonly [preset in Preset]: PresetSettings } = {
  recommended: { ...USUAL, description: 'What an engineer wants to be told of any capture.' },
  strict: { ...USUAL, description: 'As recommended, with notes raised to warnings.', noteAs: 'warning' },
  ci: {
    ...USUAL,
    description: 'Only what a recorded test run can prove: high confidence, no population thresholds.',
    minConfidence: 'high',
    levels: { 'capture-truncated': 'error', 'capture-empty': 'error' },
  },
  postmortem: { ...USUAL, description: 'Everything there is.' },
  security: { ...USUAL, description: 'As recommended, and what looks like somebody meddling.' },
};

export function isOnIn(meta: RuleMeta, preset: Preset): boolean {
  return meta.offIn === undefined || !meta.offIn.includes(preset);
}
