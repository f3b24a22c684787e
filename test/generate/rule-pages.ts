import type { Finding } from '../../lib/facts/finding.ts';
import { boundsText, PRESETS, type RuleMeta, type RuleOption } from '../../lib/facts/rule.ts';
import { isOnIn } from '../../lib/lint/presets.ts';

/** What a page shows besides the rule's own words: a finding of its fixture, and the two scripts. */
export interface Example {
  readonly finding: Finding | null;
  readonly script: string;
  readonly nearMiss: string;
}

/** The documentation page of one rule: made from what the rule says of itself and does on its fixture. */
export function rulePage(meta: RuleMeta, example: Example): string {
  return `${[
    `# ${meta.id}`,
    meta.summary,
    facts(meta),
    section('Why it hurts', meta.why),
    section('What it looks like', exampleText(example)),
    section('Likely causes', bullets(meta.likelyCauses)),
    section('What to do', bullets(meta.nextSteps)),
    section('How to confirm it in Wireshark', meta.confirm),
    section('Options', options(meta)),
    section('When it may be wrong', bullets(meta.falsePositives)),
    section('How others see it', meta.others),
    section('References', meta.references.length === 0 ? undefined : bullets(meta.references)),
    section('The scenario that shows it', script(example.script)),
    section('The near miss that does not', script(example.nearMiss)),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

/** The list of all rules, by family. */
export function rulesPage(metas: readonly RuleMeta[]): string {
  const families = [...new Set(metas.map(({ family }) => family))];
  const tables = families.map((family) => {
    const rows = metas
      .filter((meta) => meta.family === family)
      .map((meta) => `| [${meta.id}](${meta.id}.md) | ${meta.severity} | ${meta.summary} |`);
    return `## ${family}\n\n| rule | severity | fires when |\n|---|---|---|\n${rows.join('\n')}`;
  });
  return `# Rules\n\nWhat tcplint looks for. Severity is the usual one: it may rise or fall with size.\n\n${tables.join('\n\n')}\n`;
}

function facts(meta: RuleMeta): string {
  const off = PRESETS.filter((preset) => !isOnIn(meta, preset));
  const needs = meta.needs.map((need) => NEEDS[need]);
  return [
    `- Family: ${meta.family}`,
    `- Severity: ${meta.severity} (usual)`,
    `- Presets: ${off.length === 0 ? 'on in all' : `off in ${off.map((preset) => `\`${preset}\``).join(', ')}`}`,
    ...(needs.length === 0 ? [] : [`- Needs: ${needs.join(', ')}; skipped, and counted, where that is missing`]),
  ].join('\n');
}

const NEEDS = {
  handshake: 'the handshake in the capture',
  bothSides: 'both directions in the capture',
  flightVisible: 'a tap from which bytes in flight can be judged',
} as const;

function section(title: string, body: string | undefined): string {
  return body === undefined || body === '' ? '' : `## ${title}\n\n${body}`;
}

function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function options({ id, options: known }: RuleMeta): string {
  const rows = Object.entries(known).map(
    ([name, option]) =>
      `| \`${name}\` | ${option.default} | ${option.unit} | ${option.description}${boundsOf(option)} |`,
  );
  if (rows.length === 0) return '';
  const [name, option] = Object.entries(known)[0]!;
  const usage = `\`\`\`json\n{ "rules": { "${id}": ["on", { "${name}": ${option.default} }] } }\n\`\`\``;
  return `| option | default | unit | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n\n${usage}`;
}

function boundsOf(option: RuleOption): string {
  return option.least === undefined && option.most === undefined ? '' : ` (${boundsText(option)})`;
}

function exampleText({ finding }: Example): string {
  if (finding === null) return '';
  const evidence = Object.entries(finding.evidence)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `  ${name}: ${Array.isArray(value) ? value.join(', ') : value}`);
  return [
    '```text',
    `${finding.severity} (${finding.confidence} confidence): ${finding.message}`,
    '',
    ...evidence,
    `  filter: ${finding.filter}`,
    '```',
  ].join('\n');
}

function script(text: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith('#= '));
  return `\`\`\`text\n${lines.join('\n').trimEnd()}\n\`\`\``;
}
