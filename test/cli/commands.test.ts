import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { COMMANDS } from '../../lib/cli/commands.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { CLOSE_WAIT, Folder, HEALTHY, run, UNANSWERED, ZERO_WINDOW } from './run.ts';

const folder = new Folder();
const healthy = folder.script('healthy.pcap', HEALTHY);
const unanswered = folder.script('unanswered.pcap', UNANSWERED);
const closeWait = folder.script('close-wait.pcap', CLOSE_WAIT);
afterAll(() => folder.remove());

describe('exit codes', () => {
  test('0 when nothing reaches --fail-on, 1 when something does', async () => {
    expect((await run([healthy])).code).toBe(0);
    expect((await run([unanswered])).code).toBe(0);
    expect((await run([unanswered, '--fail-on', 'warning'])).code).toBe(1);
    expect((await run([unanswered, '--max-warnings', '0'])).code).toBe(1);
    expect((await run([unanswered, '--max-warnings', '9'])).code).toBe(0);
    expect((await run([unanswered, '--rule', 'syn-unanswered:error'])).code).toBe(1);
    expect((await run([unanswered, '--rule', 'syn-unanswered:error', '--fail-on', 'never'])).code).toBe(0);
  });

  test.each(['pretty', 'compact', 'json', 'ndjson'])('the same in %s', async (format) => {
    expect((await run([unanswered, '--fail-on', 'warning', '-f', format])).code).toBe(1);
  });

  test.each([
    [
      'an unknown option',
      ['--fromat', 'json', 'x'],
      /^tcplint: unknown option '--fromat' \(Did you mean --format\?\)\n$/,
    ],
    ['an unknown format', ['-f', 'jsn', 'x'], /^tcplint: --format: 'jsn' is none of pretty, /],
    ['no capture', ['flows'], /^tcplint: missing required argument 'capture'\n$/],
    ['a missing file', ['nothing.pcap'], /^tcplint: nothing\.pcap: no such file\n$/],
    ['a command misspelt', ['timelien'], /^tcplint: timelien: no such file \(did you mean the command timeline\?\)\n$/],
    ['a duration without sense', ['x', '--time-wait', 'soon'], /^tcplint: --time-wait: not a duration: 'soon'/],
    ['a number without sense', ['x', '--stream', '-1'], /^tcplint: --stream: not a whole number: '-1'\n$/],
    ['too large a number', ['x', '--limit', '9'.repeat(20)], /^tcplint: --limit: too large: '9+'\n$/],
    ['an unknown rule', ['x', '--rule', 'syn-unansered:off'], /^tcplint: .*did you mean "syn-unanswered"/],
    ['a missing config', ['x', '--config', 'nowhere.json'], /^tcplint: nowhere\.json: no such file or directory\n$/],
  ])('2 and one line for %s', async (_, argv, line) => {
    const ran = await run(argv);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(line);
  });

  test('2 for what is no capture, with the offset', async () => {
    for (const [name, content] of [
      ['empty.pcap', ''],
      ['text.pcap', 'This is a text file, and no capture at all.\n'],
      ['half.pcap', new Uint8Array([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4])],
    ] as const) {
      const path = folder.write(name, content);
      const { code, stdout, stderr } = await run([path]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^tcplint: [^\n]*\.pcap: [^\n]+ \(offset \d+\)\n$/);
    }
    expect((await run([folder.path.concat('/nowhere/')])).code).toBe(2);
  });

  test('one input that fails does not stop the others', async () => {
    const { code, stdout, stderr } = await run(['missing.pcap', unanswered, '-f', 'json']);
    expect(code).toBe(2);
    expect(stderr).toBe('tcplint: missing.pcap: no such file\n');
    const report = JSON.parse(stdout);
    expect(report.findings.length).toBeGreaterThan(0);
    expect(report.summary.failures).toEqual([{ path: 'missing.pcap', reason: 'no such file' }]);
    const unmatched = await run(['nothing*.pcap', unanswered, '-f', 'compact']);
    expect(unmatched).toMatchObject({ code: 2, stderr: 'tcplint: nothing*.pcap: matches no file\n' });
    expect(unmatched.stdout).toContain('[syn-unanswered]');
    expect(await run(['-', '-'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('what is named by its number has to be there', () => {
  const nowhere = folder.at('nowhere.json');

  test.each([
    ['lint'],
    ['flows'],
    ['services'],
    ['timeline'],
    ['packets'],
    ['follow'],
    ['netstat'],
    ['report'],
    ['annotate'],
    ['compare', healthy],
  ])('%s %s', async (...command) => {
    const line = `tcplint: ${command[0] === 'compare' ? '2 captures' : unanswered}: no`;
    for (const option of ['stream', 'connection']) {
      const ran = await run([...command, unanswered, `--${option}`, '2', '-o', nowhere]);
      expect(ran).toEqual({ code: 2, stdout: '', stderr: `${line} ${option} 2 (the highest is 1)\n` });
    }
    expect(existsSync(nowhere)).toBe(false);
  });

  test('in one of several captures is enough', async () => {
    const there = await run([healthy, unanswered, '--connection', '1', '-f', 'compact']);
    expect(there).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('[connection-refused]') });
    const none = await run([healthy, unanswered, '--stream', '2']);
    expect(none).toEqual({ code: 2, stdout: '', stderr: 'tcplint: 2 captures: no stream 2 (the highest is 1)\n' });
  });

  test('and so has a frame', async () => {
    const none = await run(['packets', unanswered, '--frame', '7', '-f', 'json']);
    expect(none).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/no TCP segment in a frame 7/) });
    const explained = await run(['packets', unanswered, '--frame', '7', '--explain', '-f', 'json']);
    expect(explained).toEqual({ code: 2, stdout: '', stderr: 'tcplint: there is no frame 7\n' });
    const other = await run(['packets', unanswered, '--frame', '2', '--connection', '1', '-f', 'ndjson']);
    expect(other).toEqual({ code: 0, stdout: '', stderr: 'tcplint: nothing is what you asked for\n' });
  });
});

describe('startup', () => {
  test('--version is the package’s', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });

  test('help lists the commands, and each has its own', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS.map(({ name }) => name)) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
      const own = (await run([command, '--help'])).stdout;
      expect(own).toContain(`Usage: tcplint ${command}`);
      expect(own.split('\n').filter((line) => line.length > 80)).toEqual([]);
      expect((await run(['help', command])).stdout).toContain(`Usage: tcplint ${command}`);
    }
  });

  test('commands that read captures have their options in common', async () => {
    const common = [
      'format',
      'output',
      'where',
      'stream',
      'connection',
      'time-format',
      'time-wait',
      'threads',
      'config',
    ];
    const options = [...common, 'no-config', 'color', 'no-color', 'hosts', 'limit', 'join', 'capture-end'];
    const others = ['rules', 'explain', 'init', 'completion'];
    for (const { name } of COMMANDS.filter((command) => !others.includes(command.name))) {
      const { stdout } = await run([name, '--help']);
      expect([name, options.filter((option) => !new RegExp(`  (-\\w, )?--${option} `).test(stdout))]).toEqual([
        name,
        [],
      ]);
    }
  });

  test('without arguments there is help and 2', async () => {
    const ran = await run([]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('Usage: tcplint');
  });
});

describe('lint', () => {
  test('is meant without a command', async () => {
    expect(await run([unanswered])).toEqual(await run(['lint', unanswered]));
    expect(await run(['--format', 'compact', unanswered])).toEqual(await run(['lint', unanswered, '-f', 'compact']));
  });

  test('says what is wrong first and ends with a summary', async () => {
    const { stdout } = await run([unanswered]);
    expect(stdout).toMatch(/^warning {2}/);
    expect(stdout).toContain('10.0.0.2:80');
    expect(stdout).toMatch(/\n\n[^\n]* in 6 packets, 2 connections, 15 s - [^\n]*unanswered\.pcap\n$/);
  });

  test('is the same whatever it goes to, but for colour', async () => {
    const piped = await run([unanswered], { env: { LANG: 'C.UTF-8' } });
    const shown = await run([unanswered], { env: { LANG: 'C.UTF-8', TERM: 'xterm' }, tty: true });
    expect(shown.stdout).toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    expect(shown.stdout.replaceAll(/\u001b\[\d+m/g, '')).toBe(piped.stdout);
  });

  test.each([
    [{ NO_COLOR: '1' }, [], true, false],
    [{ TERM: 'dumb' }, [], true, false],
    [{ FORCE_COLOR: '1' }, [], false, true],
    [{ FORCE_COLOR: '0' }, [], true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, [], false, true],
    [{ FORCE_COLOR: '1' }, ['--no-color'], true, false],
    [{ NO_COLOR: '1' }, ['--color'], false, true],
    [{}, [], false, false],
    [{}, [], true, true],
  ])('colour by %j %j at a terminal %s: %s', async (env, options, tty, coloured) => {
    const { stdout } = await run([unanswered, ...options], { env, tty });
    expect(stdout.includes('\u001b[')).toBe(coloured);
  });

  test('several formats go to their places', async () => {
    const { stdout } = await run([unanswered, '-f', `json=${folder.at('out.json')}`, '-f', 'compact']);
    expect(stdout).toMatch(/\[syn-unanswered\]/);
    expect(JSON.parse(readFileSync(folder.at('out.json'), 'utf8')).schemaVersion).toBe('1.0');
    const clash = await run([unanswered, '-f', 'json', '-f', 'compact']);
    expect(clash).toMatchObject({ code: 2, stdout: '' });
  });

  test('a file is written whole or not at all', async () => {
    const target = folder.at('whole.json');
    await run(['missing.pcap', '-f', 'json', '-o', target]);
    expect(existsSync(target)).toBe(false);
    await run([unanswered, '-f', 'json', '-o', target]);
    expect(JSON.parse(readFileSync(target, 'utf8')).findings).not.toEqual([]);
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect((await run([unanswered, '-o', folder.path])).stderr).toMatch(/cannot write: is a directory\n$/);
  });

  test.each([['-o'], ['-f', 'json']])('a result never takes the place of the capture: %s', async (...option) => {
    const capture = folder.script('precious.pcap', UNANSWERED);
    const before = readFileSync(capture);
    symlinkSync(capture, folder.at(`precious${option.length}.lnk`));
    const [name, format] = option;
    for (const path of [capture, folder.at(`precious${option.length}.lnk`)]) {
      for (const command of ['lint', 'extract', 'packets']) {
        if (format !== undefined && command === 'extract') continue;
        const target = format === undefined ? path : `${format}=${path}`;
        const { code, stderr } = await run([command, capture, name!, target]);
        expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/is the capture itself/) });
      }
    }
    expect(readFileSync(capture).equals(before)).toBe(true);
  });

  test.each([
    ['below a file', 'whole.json/x.pcap', 'no such file'],
    ['too long', 'x'.repeat(300), 'the name is too long'],
    ['in a circle', 'circle', 'too many symbolic links'],
  ])('a path that leads nowhere is told in a line: %s', async (_, name, reason) => {
    folder.write('whole.json', '{}');
    if (name === 'circle') symlinkSync('circle', folder.at('circle'));
    for (const command of ['lint', 'report', 'extract']) {
      const { code, stderr } = await run([command, folder.at(name)]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: `tcplint: ${folder.at(name)}: ${reason}\n` });
    }
  });

  test.each([[], ['--stream', '0'], ['--where', 'port 80'], ['--finding', '1']])(
    'what is no capture is told so, whatever extract is asked for (%#)',
    async (...selection) => {
      const text = folder.write('notes.txt', 'not a capture\n');
      const { code, stderr } = await run(['extract', text, '-o', folder.at('none.pcapng'), ...selection]);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/notes\.txt: text, not a capture.* \(offset 0\)\n$/),
      });
    },
  );

  test('--quiet prints what fails the run', async () => {
    const { stdout } = await run([unanswered, '-q', '-f', 'compact']);
    expect(stdout).toBe('');
    expect((await run([unanswered, '-q', '--fail-on', 'warning', '-f', 'compact'])).stdout).not.toBe('');
  });

  test('--stream and --connection leave the others out', async () => {
    const rules = async (...options: string[]): Promise<string[]> =>
      JSON.parse((await run([unanswered, '-f', 'json', ...options])).stdout).findings.map(
        ({ rule }: { rule: string }) => rule,
      );
    expect(await rules()).toEqual(['syn-unanswered', 'connection-refused']);
    expect(await rules('--stream', '0')).toEqual(['syn-unanswered']);
    expect(await rules('--connection', '1')).toEqual(['connection-refused']);
  });

  test.each([
    ['lint', 'server port 80 and host 10.0.0.9', ['connection-refused']],
    ['lint', 'finding syn-unanswered', ['syn-unanswered']],
    ['lint', 'not net 10.0.0.0/8', []],
  ])('%s --where "%s"', async (command, where, rules) => {
    const { stdout } = await run([command, unanswered, '-f', 'json', '--where', where]);
    expect(JSON.parse(stdout).findings.map(({ rule }: { rule: string }) => rule)).toEqual(rules);
  });

  test.each(['lint', 'flows', 'timeline', 'netstat', 'follow', 'report', 'annotate'])(
    'a condition on packets selects no connection: %s',
    async (command) => {
      const ran = await run([command, unanswered, '--where', 'port 80 and flag RST']);
      const line = 'tcplint: --where: "flag" speaks of single packets, and this selects connections\n';
      expect(ran).toEqual({ code: 2, stdout: '', stderr: line });
    },
  );

  test('--where that cannot be read points at the trouble', async () => {
    const { code, stderr } = await run([unanswered, '--where', 'server prot 80']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^tcplint: --where: .+\n {2}server prot 80\n {9}\^\n$/);
  });

  test('several captures make one report in one order', async () => {
    const { stdout } = await run([closeWait, unanswered, '-f', 'json', '--capture-end', '2100000000']);
    const report = JSON.parse(stdout);
    expect(report.captures).toHaveLength(2);
    expect(report.findings.map(({ id }: { id: number }) => id)).toEqual(
      report.findings.map((_: unknown, i: number) => i + 1),
    );
    expect(new Set(report.findings.map((finding: { capture: string }) => finding.capture)).size).toBe(2);
  });

  test('--join reads several as one trace', async () => {
    const bytes = readFileSync(unanswered);
    const half = 24 + 2 * (16 + 14 + 20 + 40);
    const first = folder.write('ring.pcap0', bytes.subarray(0, half));
    const second = folder.write('ring.pcap1', Buffer.concat([bytes.subarray(0, 24), bytes.subarray(half)]));
    const one = JSON.parse((await run([second, first, '--join', '-f', 'json'])).stdout);
    const whole = JSON.parse((await run([unanswered, '-f', 'json'])).stdout);
    expect(one.captures.map(({ packets }: { packets: number }) => packets)).toEqual([6]);
    const messages = (report: { findings: { message: string }[] }): string[] =>
      report.findings.map(({ message }) => message);
    expect(messages(one)).toEqual(messages(whole));
    const apart = JSON.parse((await run([first, second, '-f', 'json'])).stdout);
    expect(messages(apart).some((message) => message.includes('--join'))).toBe(true);
  });

  test('--capture-end tells how long a wait lasted', async () => {
    expect((await run([closeWait, '-f', 'compact'])).stdout).not.toContain('close-wait-lingering');
    const end = JSON.parse((await run([closeWait, '-f', 'json'])).stdout).captures[0].end;
    const later = await run([closeWait, '-f', 'compact', '--capture-end', String(Number(end) + 100)]);
    expect(later.stdout).toContain('[close-wait-lingering]');
  });
});

describe('rows', () => {
  const lines = (text: string): Record<string, unknown>[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  test.each(['packets', 'flows', 'timeline'])('%s: json and ndjson carry the same', async (command) => {
    const one = JSON.parse((await run([command, healthy, '-f', 'json'])).stdout);
    expect(lines((await run([command, healthy, '-f', 'ndjson'])).stdout)).toEqual(one[command]);
  });

  test('packets has a row per segment', async () => {
    const rows = lines((await run(['packets', healthy, '-f', 'ndjson'])).stdout);
    expect(rows.map(({ frame }) => frame)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rows[1]).toMatchObject({ from: 'server', flags: ['SYN', 'ACK'], clientState: 'ESTABLISHED' });
  });

  test('packets --frame prints one, --explain-difference those that Wireshark calls something else', async () => {
    expect(lines((await run(['packets', healthy, '-f', 'ndjson', '--frame', '4'])).stdout)).toMatchObject([
      { frame: 4 },
    ]);
    const probed = folder.script('probed.pcap', ZERO_WINDOW);
    const rows = lines((await run(['packets', probed, '-f', 'ndjson', '--explain-difference'])).stdout);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ verdict: { kind: 'zero_window_probe' }, analysis: ['keep_alive'] });
    expect(rows[0]!.difference).toContain('keep-alive');
    expect((await run(['packets', probed, '--explain-difference'])).stdout).toContain('Wireshark: keep_alive. ');
    // Numbers are relative to what was sent before, shown or not.
    expect((await run(['packets', probed, '--frame', '9'])).stdout).toMatch(/^ +9 .* 1001 +1000$/m);
  });

  test('timeline follows both endpoints', async () => {
    const rows = lines((await run(['timeline', healthy, '-f', 'ndjson'])).stdout);
    const states = (side: string): unknown[] =>
      rows.filter(({ endpoint }) => endpoint === side).map(({ state }) => state);
    expect(states('client').slice(0, 3)).toEqual(['SYN_SENT', 'ESTABLISHED', 'FIN_WAIT_1']);
    expect(states('client').at(-1)).toBe('TIME_WAIT');
    expect(states('server').slice(-3)).toEqual(['CLOSE_WAIT', 'LAST_ACK', 'CLOSED']);
  });

  test('--time-wait decides when TIME_WAIT is over', async () => {
    const end = JSON.parse((await run(['lint', healthy, '-f', 'json'])).stdout).captures[0].end;
    const at = async (wait: string): Promise<unknown> => {
      const options = ['--time-wait', wait, '--capture-end', String(Math.ceil(Number(end)) + 90)];
      return lines((await run(['timeline', healthy, '-f', 'ndjson', ...options])).stdout).at(-1);
    };
    expect(await at('60s')).toMatchObject({ state: 'CLOSED', cause: '2MSL expired', frame: null });
    expect(await at('4min')).not.toMatchObject({ cause: '2MSL expired' });
  });

  test.each([
    ['packets', 'host 10.0.0.9', 2],
    ['packets', 'finding syn-unanswered', 4],
    ['packets', 'from server', 1],
    ['flows', 'finding connection-refused', 1],
    ['flows', 'client host 10.0.0.1', 1],
    ['timeline', 'finding syn-unanswered', 1],
  ])('%s --where "%s" prints %i', async (command, where, rows) => {
    const { stdout } = await run([command, unanswered, '-f', 'ndjson', '--where', where]);
    // Further rows of Zeek's for a connection tell nothing new of it.
    expect(lines(stdout).filter(({ onlyZeek }) => onlyZeek === undefined)).toHaveLength(rows);
  });

  test('flows stands by connection, timeline in the order in which connections end', async () => {
    const overtaken = folder.script(
      'overtaken.pcap',
      `${CLOSE_WAIT}+1 10.0.0.9:5000 > 10.0.0.8:80 S 0:0(0)
+0.01 10.0.0.9:5000 < 10.0.0.8:80 R. 0:0(0) ack 1
+90   < F. 501:501(0) ack 102 win 512\n`,
    );
    const numbers = async (command: string): Promise<unknown[]> =>
      lines((await run([command, overtaken, '-f', 'ndjson'])).stdout).map(({ connection }) => connection);
    expect(await numbers('flows')).toEqual([0, 1]);
    expect([...new Set(await numbers('timeline'))]).toEqual([1, 0]);
  });

  test('without a row there is a word why, beside whatever the format says', async () => {
    const word = { code: 0, stderr: 'tcplint: nothing is what you asked for\n' };
    for (const command of ['flows', 'services', 'timeline', 'packets']) {
      expect(await run([command, unanswered, '--where', 'port 1'])).toMatchObject(word);
    }
    const selection = ['--stream', '0', '--where', 'port 1'];
    expect((await run([unanswered, ...selection])).stdout).toContain('nothing found where stream 0 and port 1 in ');
    const none = await run(['flows', unanswered, '--where', 'port 1', '-f', 'json']);
    expect(none).toMatchObject(word);
    expect(JSON.parse(none.stdout).flows).toEqual([]);
    const empty = folder.write('empty-but-valid.pcap', readFileSync(unanswered).subarray(0, 24));
    expect(await run(['flows', empty])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'tcplint: there is no TCP connection\n',
    });
  });

  test('flows names the rules that found something', async () => {
    const rows = lines((await run(['flows', unanswered, '-f', 'ndjson'])).stdout);
    const own = rows.filter(({ onlyZeek }) => onlyZeek === undefined);
    expect(own.map(({ findings }) => findings)).toEqual([['syn-unanswered'], ['connection-refused']]);
  });

  test('timeline of one stream is a ladder, of all a list', async () => {
    expect((await run(['timeline', healthy, '--stream', '0'])).stdout).toContain('- SYN 0 win 64240 -');
    expect((await run(['timeline', healthy])).stdout).toContain('client  SYN_SENT');
  });

  test('--time-format changes what people see', async () => {
    const { stdout } = await run(['packets', healthy, '--time-format', 'epoch']);
    const [row] = lines((await run(['packets', healthy, '-f', 'ndjson'])).stdout);
    expect(stdout).toContain(` ${row!.time} `);
  });

  test('damage is a word on standard error, and what came before is told', async () => {
    const cut = folder.write('cut.pcap', readFileSync(healthy).subarray(0, -5));
    const { code, stdout, stderr } = await run(['packets', cut, '-f', 'ndjson']);
    expect(code).toBe(0);
    expect(lines(stdout)).toHaveLength(8);
    expect(stderr).toMatch(/^tcplint: [^\n]*cut\.pcap: [^\n]+ \(offset \d+\)\n$/);
  });
});

describe('configuration', () => {
  const here = process.cwd();
  const project = new Folder();
  beforeAll(() => {
    mkdirSync(project.at('deep/down'), { recursive: true });
    process.chdir(project.at('deep/down'));
  });
  afterAll(() => {
    process.chdir(here);
    project.remove();
  });
  const rulesOf = async (...options: string[]): Promise<string[]> =>
    JSON.parse((await run([unanswered, '-f', 'json', ...options])).stdout).findings.map(
      ({ rule, severity }: { rule: string; severity: string }) => `${severity} ${rule}`,
    );

  test('is found upward from the working directory', async () => {
    project.write('tcplint.config.json', '{"rules": {"syn-unanswered": "error", "connection-refused": "off"}}');
    expect(await rulesOf()).toEqual(['error syn-unanswered']);
    expect(await rulesOf('--no-config')).toEqual(['warning syn-unanswered', 'warning connection-refused']);
    expect(await rulesOf('--rule', 'connection-refused:note')).toContain('note connection-refused');
    const printed = JSON.parse((await run(['--print-config'])).stdout);
    expect(printed.rules).toMatchObject({ 'connection-refused': 'off' });
  });

  test('may be a module', async () => {
    const file = project.write(
      'other.mjs',
      "export default { extends: 'strict', rules: { 'syn-unanswered': 'off' } };",
    );
    expect(await rulesOf('--config', file)).toEqual(['warning connection-refused']);
  });

  test.each([
    ['not JSON', '{', /^tcplint: [^\n]*bad\.json: [^\n]+\n$/],
    ['an unknown key', '{"extend": "strict"}', /did you mean "extends"/],
    ['an unknown rule', '{"rules": {"syn-floods": "off"}}', /did you mean "syn-flood"/],
  ])('%s is one line and 2', async (_, text, line) => {
    const { code, stderr } = await run([unanswered, '--config', project.write('bad.json', text)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(line);
  });

  test.each([
    [{ rule: 'syn-unanswered' }, null],
    [{ rule: 'close-wait-lingering' }, 'at least 1 finding of close-wait-lingering; the capture shows none'],
    [{ rule: 'syn-unanswered', atMost: 0 }, 'at most 0 findings of syn-unanswered; the capture shows 1'],
    [{ where: 'host 10.0.0.9', rule: 'connection-refused', atLeast: 1 }, null],
    [{ where: 'host 10.0.0.1', rule: 'connection-refused' }, 'where host 10.0.0.1; the capture shows none'],
    [{ state: 'SYN_SENT', atLeast: 2 }, null],
    [{ state: 'TIME_WAIT' }, 'at least 1 connection in TIME_WAIT; the capture shows none'],
    [{ atLeast: 2, atMost: 2 }, null],
    [{ where: 'finding syn-unanswered', atMost: 0 }, 'at most 0 connections where finding syn-unanswered'],
  ])('expects %j', async (expectation, message) => {
    const file = project.write('expect.json', JSON.stringify({ expect: [expectation] }));
    const { code, stdout } = await run([unanswered, '--config', file, '-f', 'json']);
    expect(code).toBe(message === null ? 0 : 1);
    const unmet = JSON.parse(stdout).findings.filter(({ rule }: { rule: string }) => rule === 'expect');
    expect(unmet).toHaveLength(message === null ? 0 : 1);
    if (message !== null) {
      expect(unmet[0].message).toContain(message);
    }
    expect((await run([unanswered, '--config', file, '-f', 'junit'])).stdout).toContain('<testcase name="expect"');
  });

  test('an expectation that is not met fails whatever a run fails on, and no baseline accepts it', async () => {
    const expectation = { where: 'host 10.0.0.1', rule: 'connection-refused' };
    const file = project.write('expect.json', JSON.stringify({ expect: [expectation] }));
    const lint = [unanswered, '--config', file];
    expect((await run([...lint, '--fail-on', 'never'])).code).toBe(1);
    expect((await run([...lint, '--fail-on', 'never', '-f', 'junit'])).stdout).toContain('failures="1"');
    const baseline = ['--baseline', project.at('accepts.json')];
    expect((await run([...lint, ...baseline, '--update-baseline'])).code).toBe(1);
    const { code, stdout } = await run([...lint, ...baseline]);
    expect(code).toBe(1);
    expect(stdout).toContain('1 error in ');
  });

  test('an expectation that makes no sense is told', async () => {
    const expectations = [{ rul: 'x' }, { state: 'TIMEWAIT' }, { where: 'prot 80' }, { atLeast: -1 }, 5];
    const file = project.write('expect.json', JSON.stringify({ expect: expectations }));
    const { code, stderr } = await run([unanswered, '--config', file]);
    expect(code).toBe(2);
    for (const part of [
      'did you mean "rule"',
      'did you mean "TIME_WAIT"',
      'expect[2]: where: ',
      'atLeast must',
      'expect[4]',
    ]) {
      expect(stderr).toContain(part);
    }
  });

  test('tells packets and follow what hosts are called, too, and what is found', async () => {
    const config = project.write(
      'named.json',
      JSON.stringify({ names: { '10.0.0.2': 'db' }, rules: { 'syn-unanswered': 'off' } }),
    );
    const rows = async (...argv: string[]): Promise<number> =>
      (await run(['packets', unanswered, '-f', 'ndjson', ...argv])).stdout.split('\n').length - 1;
    expect(await rows('--where', 'host db')).toBe(0);
    expect(await rows('--where', 'host db', '--config', config)).toBe(4);
    expect(await rows('--where', 'finding syn-unanswered')).toBe(4);
    expect(await rows('--where', 'finding syn-unanswered', '--config', config)).toBe(0);
    const followed = await run(['follow', healthy, '--where', 'host db', '--config', config]);
    expect(followed).toMatchObject({ code: 0, stderr: '' });
  });

  test('stands in the environment too, below the command line', async () => {
    vi.stubEnv('TCPLINT_FAIL_ON', 'warning');
    expect((await run([healthy])).code).toBe(0);
    expect((await run([unanswered, '--no-config'])).code).toBe(1);
    expect((await run([unanswered, '--no-config', '--fail-on', 'error'])).code).toBe(0);
    vi.unstubAllEnvs();
  });

  test.each([
    ['1', ''],
    ['true', ''],
    ['0', 'syn-unanswered'],
    ['false', 'syn-unanswered'],
    ['', 'syn-unanswered'],
  ])('a switch there is set by what says yes: %j', async (value, told) => {
    vi.stubEnv('TCPLINT_QUIET', value);
    const { stdout } = await run([unanswered, '--no-config', '-f', 'compact']);
    vi.unstubAllEnvs();
    expect(stdout).toContain(told);
    expect(stdout === '').toBe(told === '');
  });

  test('init writes one to begin with, once', async () => {
    expect((await run(['init', '--preset', 'ci'])).code).toBe(0);
    expect(JSON.parse(readFileSync(project.at('deep/down/tcplint.config.json'), 'utf8')).extends).toBe('ci');
    expect((await run(['init'])).code).toBe(2);
    expect((await run(['init', '--force'])).code).toBe(0);
  });
});

test.each(['bash', 'zsh', 'fish'])('completion for %s names commands, options and values', async (shell) => {
  const { stdout } = await run(['completion', shell]);
  for (const word of ['timeline', 'fail-on', 'relative', 'sarif']) {
    expect(stdout).toContain(word);
  }
});

describe('in continuous integration', () => {
  test('--redact leaves addresses out of every format', async () => {
    for (const format of [
      'pretty',
      'compact',
      'json',
      'ndjson',
      'sarif',
      'junit',
      'github',
      'gitlab',
      'markdown',
      'html',
    ]) {
      const { stdout } = await run([unanswered, '--redact', '-f', format]);
      expect(stdout).toContain('syn-unanswered');
      expect(stdout).not.toMatch(/10\.0\.0\.\d/);
    }
  });

  test('a baseline accepts what was there, and no more of it', async () => {
    const file = folder.at('baseline.json');
    const baseline = ['--baseline', file];
    expect((await run([unanswered, ...baseline])).stderr).toMatch(/--update-baseline writes it\)\n$/);
    expect((await run([unanswered, ...baseline, '--update-baseline'])).code).toBe(0);
    const strict = [...baseline, '--fail-on', 'note'];
    const again = await run([unanswered, ...strict]);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('2 accepted by the baseline');

    const worse = folder.script('worse.pcap', UNANSWERED.replaceAll('10.0.0.8', '10.0.0.7'));
    const { code, stdout, stderr } = await run([worse, ...strict, '-f', 'compact']);
    expect(code).toBe(1);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toContain('10.0.0.7');
    expect(stderr).toMatch(/baseline\.json: 1 entry no longer occurs/);
  });

  test('a baseline counts: more connections with the same trouble are news', async () => {
    const file = folder.at('counted.json');
    const refused = (times: number): string =>
      Array.from({ length: times }, (_, i) => [
        `${i} 10.0.0.9:${5000 + i} > 10.0.0.8:80 S 0:0(0)`,
        `+0.01 10.0.0.9:${5000 + i} < 10.0.0.8:80 R. 0:0(0) ack 1`,
      ])
        .flat()
        .join('\n');
    const three = folder.script('three.pcap', refused(3));
    const nine = folder.script('nine.pcap', refused(9));
    await run([three, '--baseline', file, '--update-baseline']);
    const findings = async (path: string): Promise<number> =>
      JSON.parse((await run([path, '--baseline', file, '-f', 'json'])).stdout).findings.length;
    expect(await findings(three)).toBe(0);
    expect(await findings(nine)).toBe(1);
  });

  test('the whole report goes to the step summary', async () => {
    const summary = folder.at('summary.md');
    const { stdout } = await run([unanswered, '-f', 'github'], { env: { GITHUB_STEP_SUMMARY: summary } });
    expect(stdout).toMatch(/^::warning file=[^,]+,line=1,title=syn-unanswered::/);
    expect(readFileSync(summary, 'utf8')).toMatch(/^# tcplint: /);
  });
});

describe('rules and explain', () => {
  test('explain where shows the language of --where, within a terminal', async () => {
    const { code, stdout } = await run(['explain', 'where']);
    expect(code).toBe(0);
    expect(stdout).toContain('[client|server] port 443|8000..8999');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('rules as json is all there is to know', async () => {
    const { rules } = JSON.parse((await run(['rules', '-f', 'json'])).stdout);
    expect(rules.find(({ id }: { id: string }) => id === 'zero-window-stall')).toMatchObject({
      severity: 'warning',
      options: { seconds: { default: 0.2, unit: 's' } },
    });
  });

  test('explain knows rules and ideas, and guesses at the misspelt', async () => {
    expect((await run(['explain', 'zero-window-stall'])).stdout).toContain('Why it hurts');
    expect((await run(['explain', 'TIME_WAIT'])).stdout).toContain('2MSL');
    expect((await run(['explain', 'three-way', 'handshake'])).stdout).toContain('SYN_RECEIVED');
    expect(await run(['explain', 'tiem-wait'])).toMatchObject({
      code: 2,
      stderr: "tcplint: nothing to explain under 'tiem-wait' (did you mean time-wait?)\n",
    });
  });

  test('explain shows the longest places first', async () => {
    const open = CLOSE_WAIT.split('\n')
      .slice(2)
      .join('\n')
      .replaceAll(/^(\S+ +)([<>])/gm, '$110.0.0.1:40001 $2 10.0.0.2:80');
    const both = folder.script('both.pcap', HEALTHY + open);
    const { stdout } = await run(['explain', 'CLOSE_WAIT', both]);
    expect(stdout).toMatch(
      /: 2 times\n {2}- connection 1: .*to\s+the\s+end\s+of\s+the\s+capture\n {2}- connection 0: /s,
    );
  });

  test('what a clock that was set back says of lengths is nothing', async () => {
    const stepped = folder.script('stepped.pcap', CLOSE_WAIT.replace(/(ack 102 win 512)\n$/, '$1 [clock -5]\n'));
    const [flow] = JSON.parse((await run(['flows', stepped, '-f', 'json'])).stdout).flows;
    expect(Number(flow.end)).toBeLessThan(Number(flow.start));
    expect(flow.duration).toBe(0);
  });

  test('explain shows the places in a capture', async () => {
    const { code, stdout } = await run(['explain', 'CLOSE_WAIT', closeWait]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/server 10\.0\.0\.2:80 from 0\.0\d+ s \(frame 6\)/);
    for (const topic of [['CLOSE_WAIT'], ['three-way', 'handshake']]) {
      const { code, stderr } = await run(['explain', ...topic, 'gone.pcap']);
      expect({ code, stderr }).toEqual({ code: 2, stderr: 'tcplint: gone.pcap: no such file\n' });
    }
  });

  test('a configuration in no form that is read is told as that', async () => {
    const { code, stderr } = await run([closeWait, '--config', closeWait]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/no configuration is called so, but \.json, \.js or \.ts\n$/),
    });
  });
});

test('--help groups what commands share, and ends with what only this one has', async () => {
  const { stdout } = await run(['netstat', '--help']);
  expect(stdout.match(/^[A-Z]\w+:$/gm)).toEqual([
    'Arguments:',
    'Output:',
    'Selection:',
    'Reading:',
    'Configuration:',
    'Options:',
  ]);
  const own = stdout.slice(stdout.indexOf('Options:\n'));
  expect(own.match(/--[a-z-]+(?= )/g)?.slice(0, 3)).toEqual(['--at', '--every', '--host']);
});
