import { PRESETS, type RuleOption } from '../facts/rule.ts';
import { STATE_NAMES } from '../facts/state.ts';
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
      rules: { $ref: '#/$defs/rules' },
      overrides: {
        type: 'array',
        description: 'Other settings for some captures or connections; of several that apply the last one wins.',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['rules'],
          properties: {
            files: {
              description:
                'Paths of captures: * and ? within a folder, ** over folders; without a slash, the name alone.',
              oneOf: [TEXT, { type: 'array', items: TEXT }],
            },
            where: WHERE,
            rules: { $ref: '#/$defs/rules' },
          },
        },
      },
      names: {
        type: 'object',
        description:
          'Names of hosts (10.0.0.5), networks (10.0.0.0/8) and services (10.0.0.5:443, [2001:db8::1]:443, :443).',
        additionalProperties: TEXT,
      },
      hostsFile: { ...TEXT, description: 'A file in the form of /etc/hosts, relative to this one.' },
      expect: {
        type: 'array',
        description: 'What captures must show, or must not. Without bounds, at least one.',
        items: {
          type: 'object',
          additionalProperties: false,
          properties: {
            where: WHERE,
            rule: { enum: rules.map(({ meta }) => meta.id), description: 'Connections with a finding of this rule.' },
            state: { enum: STATE_NAMES, description: 'Connections in which an endpoint was in this state.' },
            atLeast: COUNT,
            atMost: COUNT,
          },
        },
      },
    },
    $defs: {
      level: { enum: LEVELS, description: '`on` leaves the severity to the rule.' },
      rules: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(rules.map((rule) => [rule.meta.id, ruleSchema(rule)])),
      },
    },
  };
}

const TEXT = { type: 'string', minLength: 1 };
const COUNT = { type: 'integer', minimum: 0 };
const WHERE = { ...TEXT, description: 'Connections, in the language of --where.' };

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

function optionSchema({ default: usual, unit, description, least = 0, most }: RuleOption): object {
  const told = { default: usual, description: `${description} (${unit})` };
  if (typeof usual === 'boolean') return { type: 'boolean', ...told };
  return { type: 'number', minimum: least, ...(most === undefined ? {} : { maximum: most }), ...told };
}
