import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CAUSES, causeOf } from '../../lib/report/incident/causes.ts';
import { ticks } from '../../lib/report/layout/picture.ts';
import { RULES } from '../../lib/rules/index.ts';
import { CLOSE_WAIT, Folder, HEALTHY, run, UNANSWERED } from '../cli/run.ts';

const folder = new Folder();
afterAll(() => folder.remove());

const INCIDENT = join(import.meta.dirname, '../../fixtures/incident.pcapng');
/** Long after the last packet. */
const LATE = ['--capture-end', '1700000600'];
const EVIL = '</script><!--<script>alert(1)</script>|`*_[x](y)';

async function html(...argv: readonly string[]): Promise<string> {
  const path = folder.at('report.html');
  const { code, stderr } = await run(['report', ...argv, '-o', path]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return readFileSync(path, 'utf8');
}

const pages = (text: string): number[] => [...text.matchAll(/id="page-(\d+)"/g)].map(([, number]) => Number(number));
const verdict = (text: string): string[] =>
  [...text.matchAll(/<p class="verdict">(.*?)<\/p>/g)].map(([, sentence]) => sentence!);

describe('causes', () => {
  test('every rule has one, and every rule that a cause names is a rule', () => {
    const ids = RULES.map(({ meta }) => meta.id);
    expect(CAUSES.flatMap(({ rules = [] }) => rules.filter((id) => !ids.includes(id)))).toEqual([]);
    for (const { meta } of RULES) {
      expect(CAUSES).toContain(causeOf(meta));
    }
    const named = CAUSES.flatMap(({ rules = [] }) => rules);
    expect(named.length).toBe(new Set(named).size);
  });
});

describe('the page', () => {
  test('is one file that may fetch nothing and run nothing but its own script', async () => {
    const text = await html(INCIDENT);
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)!;
    const digest = (content: string): string => `sha256-${createHash('sha256').update(content).digest('base64')}`;
    const script = [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, content]) => digest(content!));
    const style = [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, content]) => digest(content!));
    expect(policy!.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; script-src '${script[0]}'; style-src '${style[0]}'; base-uri 'none'; form-action 'none'`,
    );
    expect([script.length, style.length]).toEqual([1, 1]);
    expect(text.replace(/<script>[\s\S]*?<\/script>/g, '')).not.toMatch(/\s(?:src|style|on[a-z]+)=|https?:\/\/|url\(/);
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
  });

  test('says in three sentences what there was, the worst of it, and how far it goes', async () => {
    expect(verdict(await html(INCIDENT))).toEqual([
      '431 connections to 8 services in 25.6 s; something was found at 7 of them.',
      expect.stringContaining('10.91.251.28:443'),
      'The capture shows no gaps or faults of its own that would weaken this.',
    ]);
    expect(verdict(await html(folder.script('healthy.pcap', HEALTHY)))).toEqual([
      '1 connection to 1 service in 40 ms.',
      expect.stringMatching(/^None of the \d+ rules that looked at it had anything to say/),
      expect.any(String),
    ]);
  });

  test('tells the findings that lint tells', async () => {
    const [, text] = /id="incident">(.*)<\/script>/.exec(await html(INCIDENT))!;
    const { findings } = JSON.parse((await run([INCIDENT, '-f', 'json'])).stdout);
    const short = (list: { id: number; rule: string; message: string; connections: number[] }[]) =>
      list.map(({ id, rule, message, connections }) => ({ id, rule, message, connections }));
    expect(short(JSON.parse(text!).findings)).toEqual(short(findings));
  });

  test('has a page for connections with findings, and for those asked for', async () => {
    expect(pages(await html(folder.script('unanswered.pcap', UNANSWERED)))).toContain(0);
    const fine = folder.script('fine.pcap', HEALTHY);
    expect(pages(await html(fine))).toEqual([]);
    expect(pages(await html(fine, '--connection', '0'))).toEqual([0]);
    expect(pages(await html(fine, '--stream', '0'))).toEqual([0]);
    expect(pages(await html(fine, '--where', 'server port 80'))).toEqual([0]);
    expect(pages(await html(fine, '--where', 'finding syn-unanswered'))).toEqual([]);
  });

  test('keeps names, paths and comments as text', async () => {
    mkdirSync(folder.at('a'));
    const capture = folder.script(`a/${EVIL.replaceAll('/', ' ')}.pcap`, CLOSE_WAIT);
    const hosts = folder.write('hosts', `10.0.0.1 ${EVIL.replaceAll(' ', '')}\n`);
    const text = await html(capture, '--hosts', hosts, ...LATE);
    expect([...text.matchAll(/<script/g)].length).toBe([...text.matchAll(/<\/script>/g)].length);
    expect(text).not.toContain('alert(1)</script>');
    expect(text).not.toContain('<!--');
    const path = folder.at('a/out.md');
    expect((await run(['report', capture, '--hosts', hosts, '-f', 'markdown', '-o', path, ...LATE])).code).toBe(0);
    const prose = readFileSync(path, 'utf8')
      .replaceAll('\\`', '')
      .replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
    expect(prose).not.toMatch(/<script|(?<!\\)\[x/);
    for (const picture of readdirSync(folder.at('a')).filter((name) => name.endsWith('.svg'))) {
      expect(readFileSync(folder.at(`a/${picture}`), 'utf8')).not.toContain('<script');
    }
  });

  test('is made of a capture without TCP, and of one that is cut', async () => {
    const none = folder.script('udp.pcap', 'client 10.0.0.1:1 -> server 10.0.0.2:2\n0 > udp (10)\n');
    expect(await html(none)).toContain('capture-empty');
    const whole = readFileSync(folder.script('whole.pcap', HEALTHY));
    expect(await html(folder.write('cut.pcap', whole.subarray(0, -5)))).toContain('capture-truncated');
  });

  test.skipIf(process.platform === 'win32')('is the same of a pipe, which is read once', async () => {
    const pipe = folder.at('pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = spawn('sh', ['-c', 'exec cat "$1" > "$2"', 'sh', INCIDENT, pipe]);
    const piped = await html(pipe);
    expect(writer.exitCode ?? 0).toBe(0);
    const name = (text: string, path: string): string =>
      text.replaceAll(path, '').replaceAll(path.split('/').at(-1)!, '');
    expect(pages(piped).length).toBeGreaterThan(40);
    expect(name(piped, pipe).length).toBe(name(await html(INCIDENT), INCIDENT).length);
  });

  test('is not made of what is no capture, of several without --join, or for a terminal', async () => {
    expect(await run(['report', folder.write('no.pcap', 'no'), '-o', folder.at('x.html')])).toMatchObject({ code: 2 });
    expect(readdirSync(folder.path)).not.toContain('x.html');
    const [a, b] = ['a.pcap', 'b.pcap'].map((name) => folder.script(name, HEALTHY));
    expect((await run(['report', a!, b!, '-o', folder.at('x.html')])).stderr).toContain('--join');
    expect((await run(['report', a!], { tty: true })).stderr).toContain('--output');
    expect(await html(a!, b!, '--join')).toContain('a.pcap + ');
  });
});

describe('the document', () => {
  test('has its pictures beside it, and in itself where it goes to a pipe', async () => {
    const capture = folder.script('waiting.pcap', CLOSE_WAIT);
    mkdirSync(folder.at('doc'));
    expect((await run(['report', capture, '-f', 'markdown', '-o', folder.at('doc/day 1.md'), ...LATE])).code).toBe(0);
    const text = readFileSync(folder.at('doc/day 1.md'), 'utf8');
    expect(text).toContain('](day%201-activity.svg)');
    expect(readdirSync(folder.at('doc')).sort()).toEqual(['day 1-activity.svg', 'day 1-connection-0.svg', 'day 1.md']);
    const svg = readFileSync(folder.at('doc/day 1-connection-0.svg'), 'utf8');
    expect(svg).toMatch(/^<svg xmlns=[\s\S]*CLOSE_WAIT[\s\S]*<\/svg>\n$/);
    expect(text).toContain('CLOSE_WAIT');
    const { stdout } = await run(['report', capture, '-f', 'markdown', ...LATE]);
    expect(stdout).toContain('](data:image/svg+xml;base64,PHN2Zy');
    expect(stdout.split('\n')[0]).toBe(text.split('\n')[0]);
  });
});

test('ticks are round, few, and within', () => {
  expect(ticks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(ticks(0, 25.6, 8)).toEqual([0, 5, 10, 15, 20, 25]);
  expect(ticks(3, 3, 5)).toEqual([3]);
  expect(ticks(0, 1e-6, 4).length).toBeLessThanOrEqual(6);
});
