import { Command } from 'commander';
import { COMMANDS } from '../../lib/cli/commands.ts';
import * as exit from '../../lib/cli/exit.ts';
import { TOOL } from '../../lib/facts/report.ts';

const EXITS: readonly (readonly [number, string])[] = [
  [
    exit.DONE,
    'The job is done; for lint and compare: nothing at or above --fail-on, no more warnings than --max-warnings.',
  ],
  [exit.FOUND, 'Only lint and compare: the job is done, and something is.'],
  [
    exit.FAILED,
    'The job could not be done: bad usage, bad configuration, an input that cannot be read, no such stream.',
  ],
  [exit.INTERRUPTED, 'Stopped by SIGINT (on standard input: by the second one; the first ends the input).'],
  [exit.TERMINATED, 'Stopped by SIGTERM, likewise.'],
  [exit.PIPE_CLOSED, 'The reader of our output went away.'],
];

/** The manual page, made from the commands’ own definitions. */
export async function manPage(): Promise<string> {
  const sections: string[] = [];
  for (const { name, summary, load } of COMMANDS) {
    const command = new Command(name);
    (await load()).define(command, { env: {} } as never, async () => {});
    sections.push(`.SS tcplint ${roff(`${name} ${command.usage()}`)}\n${roff(capital(summary))}.`);
    for (const { flags, description } of command.options) {
      sections.push(`.TP\n.B ${roff(flags)}\n${roff(capital(description))}.`);
    }
  }
  return `.\\" Made by test/cli/man-page.ts from the commands' definitions.
.TH TCPLINT 1 "" "tcplint ${TOOL.version}" "User commands"
.SH NAME
tcplint \\- packet\\-capture analyzer and TCP handshake linter
.SH SYNOPSIS
.B tcplint
.RI [ COMMAND ]
.RI [ OPTION ...]
.IR CAPTURE ...
.SH DESCRIPTION
Reads packet captures (pcap, pcapng; compressed ones too; from standard input with \\-), follows their TCP connections,
reconstructs the state of both ends over time, and reports what went wrong. Without a command, lint is meant.
.SH COMMANDS
${sections.join('\n')}
.SH ENVIRONMENT
.TP
.B TCPLINT_*
Every long option may stand here: \\-\\-fail\\-on as TCPLINT_FAIL_ON. The command line wins.
.TP
.B NO_COLOR, FORCE_COLOR
No colours; colours whatever the output is.
.TP
.B COLUMNS
Width of the output where it is no terminal.
.SH EXIT STATUS
${EXITS.map(([code, meaning]) => `.TP\n.B ${code}\n${roff(meaning)}`).join('\n')}
.SH EXAMPLES
.TP
tcplint incident.pcapng
What is wrong in a capture.
.TP
tcplint timeline incident.pcapng \\-\\-stream 7
One connection as a ladder, with the states of both ends.
.TP
tcpdump \\-U \\-w \\- port 443 | tcplint \\-
Until Ctrl\\-C, then what was found.
.TP
tcplint captures/ \\-\\-preset ci \\-\\-fail\\-on warning \\-f sarif=out.sarif \\-f pretty
In continuous integration.
.SH SEE ALSO
.BR tcpdump (8),
.BR tshark (1),
.BR ss (8)
`;
}

/** Words that are typed as they stand, as the names of formats are, keep their form. */
function capital(text: string): string {
  return /^\w+,/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

function roff(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}
