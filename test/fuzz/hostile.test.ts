import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { Frame } from '../../lib/capture/frame.ts';
import { createReader } from '../../lib/capture/open.ts';
import { PcapngWriter } from '../../lib/capture/writer.ts';
import { CLOSE_WAIT, Folder, run, UNANSWERED, ZERO_WINDOW } from '../cli/run.ts';
import fc from '../properties.ts';
import { assemble } from '../scripts/assemble.ts';
import { HIDDEN, TEXTS } from './hostile.ts';
import { joined } from './pieces.ts';

/**
 * Whatever a capture, its name or a file of names brings, nothing of it moves a terminal, is markup, or is a command to
 * whoever reads the output: the whole program, every command in every format.
 */

const folder = new Folder();
afterAll(() => folder.remove());

const encoder = new TextEncoder();

/** A few connections that rules find fault with; names, comments and payload say `texts`. */
function capture(texts: readonly string[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const name = (i: number): string => texts[i % texts.length]!;
  const writer = new PcapngWriter((bytes) => parts.push(bytes.slice()), {
    interfaces: [{ linkType: 1, snapLength: 0, name: name(0) }],
    comments: [...texts, `tcplint-ignore ${name(1)}: ${name(2)}`],
    application: name(1),
  });
  writer.names(new Map(Array.from({ length: 9 }, (_, i) => [`10.0.0.${i + 1}`, name(i)])));
  let at = 0;
  for (const script of [UNANSWERED, CLOSE_WAIT, ZERO_WINDOW]) {
    const reader = createReader();
    const frame = new Frame();
    reader.write(assemble(script.replaceAll('10.0.0.1:4', `10.0.0.1:${4 + (at % 3)}`)));
    while (reader.next(frame)) {
      frame.comments = [name(at), `tcplint-ignore ${name(at)}`];
      frame.interface = 0;
      const payload = encoder.encode(name(at++));
      const room = frame.captured - 54;
      if (room > 0) frame.bytes.set(payload.subarray(0, room), frame.start + 54);
      writer.frame(frame);
    }
  }
  writer.end();
  return joined(parts);
}

/** Every command that prints what captures say, in every format. */
const COMMANDS: readonly (readonly string[])[] = [
  ...[
    ['lint', 'pretty compact json ndjson sarif junit github gitlab markdown html'],
    ['report', 'markdown html'],
    ['flows', 'table json ndjson csv'],
    ['services', 'table json ndjson csv'],
    ['netstat', 'table json ndjson csv'],
    ['timeline', 'table ladder json ndjson'],
    ['packets', 'table json ndjson'],
    ['follow', 'text hex json ndjson'],
    ['compare', 'pretty json markdown'],
  ].flatMap(([command, formats]) => formats!.split(' ').map((format) => [command!, '--format', format])),
  ['lint', '--allow-inline'],
  ['lint', '--allow-inline', '--format', 'sarif'],
  ['lint', '--redact', '--format', 'markdown'],
  ['lint', '--where', 'finding no-such-rule'],
  ['netstat', '--every', '1s'],
  ['netstat', '--at', '99999'],
  ['follow', '--segments'],
  ['packets', '--frame', '3', '--explain'],
  ['packets', '--explain-difference'],
  ['compare', '--taps'],
  ['compare', '--taps', '--format', 'json'],
];

const MARKUP = /html|markdown|junit/;
/** Markup of the hostile texts, as it went in. */
const RAW = /<x-tcplint|<script>alert|<!-- &amp;/;

async function check(argv: readonly string[]): Promise<void> {
  const { stdout, stderr } = await run(argv);
  const what = argv.map((word) => JSON.stringify(word)).join(' ');
  for (const text of [stdout, stderr]) {
    expect(HIDDEN.exec(text.replaceAll('\n', ''))?.[0].codePointAt(0)?.toString(16), what).toBeUndefined();
    expect(text, what).not.toMatch(/^::error[^\n]*::injected/m);
  }
  if (argv.some((word) => MARKUP.test(word))) expect(withoutCode(stdout), what).not.toMatch(RAW);
  if (argv.includes('github')) {
    for (const line of stdout.split('\n')) expect(line, what).toMatch(/^$|^::(error|warning|notice) |^\d[\d,]* more /);
  }
}

/** Markdown takes everything literally in fences and between backticks; a page keeps its facts for the script as JSON. */
const withoutCode = (text: string): string =>
  text
    .replaceAll(/^(`{3,})[^\n`]*\n[\s\S]*?\n\1$/gm, '')
    .replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '')
    .replaceAll(/<script\b[\s\S]*?<\/script>/g, '');

const pathsOf = (argv: readonly string[], path: string): string[] =>
  argv[0] === 'compare' ? [...argv, path, path] : [...argv, path];

/** Where a file can't be called so, a tamer name has to do. */
function written(name: string, bytes: Uint8Array): string {
  const tamer = name.replaceAll(/[/\0]/g, '').replaceAll(/[\ud800-\udfff\ufffe]/g, '');
  try {
    return folder.write(`${tamer.slice(0, 40)}.pcapng`, bytes);
  } catch {
    return folder.write('tame.pcapng', bytes);
  }
}

describe('names, comments, payload and the name of the file', () => {
  const path = written('\u001b[2J\n::error::injected\u202e<x-tcplint>`|=1', capture(TEXTS));
  const hosts = folder.write('hosts', `10.0.0.2 \u001b[31mx\u202e<x-tcplint>\n`);

  test.each(COMMANDS.map((argv) => [argv.join(' '), argv] as const))('%s', async (_, argv) => {
    await check(pathsOf(argv, path));
    await check(pathsOf([...argv, '--hosts', hosts], path));
  });

  test('files that commands write are called by numbers and addresses', async () => {
    const out = folder.at('payload');
    await check(['extract', path, '--payload', out]);
    for (const name of readdirSync(out)) expect(name).toMatch(/^(\d{6}\.(client|server)[-.\d]+\.bin|streams\.ndjson)$/);
    await check(['report', path, '--format', `markdown=${folder.at('incident.md')}`]);
    const beside = readdirSync(folder.path).filter((name) => name.startsWith('incident'));
    for (const name of beside) expect(name).toMatch(/^incident[-a-z0-9]*\.(md|svg)$/);
    for (const name of beside) {
      const text = withoutCode(readFileSync(folder.at(name), 'utf8'));
      expect(text).not.toMatch(RAW);
      expect(HIDDEN.exec(text.replaceAll('\n', ''))).toBeNull();
    }
  });

  test.each(['annotate', 'extract'])('%s says what it did', async (command) => {
    await check([command, path, '-o', folder.at(`${command}.pcapng`)]);
    await check([command, path, '-o', folder.at('no/such\u001b[2J/folder.pcapng')]);
  });
});

describe('what is wrong with the command line, a file or its content', () => {
  test.each(TEXTS.filter((text) => text !== '').map((text) => [JSON.stringify(text), text]))('%s', async (_, text) => {
    const word = text.replaceAll('\0', '');
    await check([word]);
    await check(['lint', word]);
    await check(['flows', folder.at(`missing${word.replaceAll('/', '')}.pcap`)]);
    await check(['lint', '--where', text, folder.write('x.pcapng', capture(['x']))]);
    await check(['lint', `--${word}`, 'x']);
    await check(['lint', '--format', word, 'x']);
    await check(['explain', word]);
    await check(['flows', folder.write('text.pcap', text)]);
  });
});

test('any names', { timeout: 120_000 }, async () => {
  const formats = COMMANDS.filter(([command]) => command !== 'report' && command !== 'compare');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { minLength: 1, maxLength: 9 }),
      fc.constantFrom(...formats),
      async (texts, argv) => check(pathsOf(argv, folder.write('any.pcapng', capture(texts)))),
    ),
    { numRuns: 60 },
  );
});
