import type { Command } from 'commander';
import { plain } from '../../report/escape.ts';
import { count } from '../../report/phrases.ts';
import { findingComments } from '../../rewrite/finding-comments.ts';
import { type ConfigOptions, configOptions } from '../config.ts';
import { DONE } from '../exit.ts';
import { complain } from '../main.ts';
import { type CaptureOptions, captureCommand } from '../options.ts';
import { copy, findingsOf, oneFile, openCaptureOutput } from '../rewriting.ts';
import type { Terminal } from '../terminal.ts';

type AnnotateOptions = CaptureOptions & ConfigOptions;

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  configOptions(captureCommand(command, ['pcapng'], '<capture>')).action((path: string, options: AnnotateOptions) =>
    run(annotate(path, options, terminal)),
  );
}

/** Every frame as it was, and the findings as comments on those that show them. */
async function annotate(given: string, options: AnnotateOptions, terminal: Terminal): Promise<number> {
  const path = oneFile([given], 'annotate');
  const output = openCaptureOutput(options.format?.at(-1)?.file ?? options.output, terminal);
  try {
    const findings = await findingsOf(path, options, terminal, output);
    const { byFrame, ofFile } = findingComments(findings.map((each) => ({ ...each, message: plain(each.message) })));
    await copy(path, output, terminal, {
      format: 'pcapng',
      ...(options.limit === undefined ? {} : { limit: options.limit }),
      comments: byFrame,
      fileComments: [`tcplint: ${count(findings.length, 'finding')}`, ...ofFile],
    });
    complain(terminal, `${path}: ${count(findings.length, 'finding')} at ${count(byFrame.size, 'frame')}`);
    return DONE;
  } catch (error) {
    output.discard();
    throw error;
  }
}
