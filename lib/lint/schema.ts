import { PRESETS, type RuleOption } from '../facts/rule.ts';
import type { Rule } from '../rules/rule.ts';
import { LEVELS } from './config.ts';

/** JSON Schema (draft 2020-12) of the configuration, for editors: made from what the rules say of themselves. */
export function configSchema(rules: readonly Rule[]): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'tcplint configuration',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      extends: { enum: PRESETS, description: 'The preset to begin with.', default: 'recommended' },
      minConfidence: { enum: ['high', 'medium', 'low'], description: 'Findings less sure than this are not told.' },
      rules: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(rules.map((rule) => [rule.meta.id, ruleSchema(rule)])),
      },
    },
    $defs: { level: { enum: LEVELS, description: '`on` leaves the severity to the rule.' } },
  };
}

function ruleSchema({ meta }: Rule): object {
  const options = Object.entries(meta.options);
  return {
    description: meta.summary,
    oneOf: [
      { $ref: '#/$defs/level' },
      {
        type: 'array',
        prefixItems: [
          { $ref: '#/$defs/level' },
          {
            type: 'object',
            additionalProperties: false,
            properties: Object.fromEntries(options.map(([name, option]) => [name, optionSchema(option)])),
          },
        ],
        minItems: 1,
        maxItems: 2,
      },
    ],
  };
}

function optionSchema({ default: usual, unit, description }: RuleOption): object {
  const told = { default: usual, description: `${description} (${unit})` };
  if (typeof usual === 'boolean') return { type: 'boolean', ...told };
  return { type: 'number', minimum: 0, ...told };
}
