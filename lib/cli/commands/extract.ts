import { createHmac, randomBytes, scryptSync } from 'node:crypto';
import type { Command } from 'commander';
import type { Finding } from '../../facts/finding.ts';
import type { PacketRow } from '../../facts/packet-row.ts';
import { count } from '../../report/phrases.ts';
import type { KeyedHash } from '../../rewrite/anonymize/keyed.ts';
import { EvidenceFinder } from '../../rewrite/evidence.ts';
import { FORMATS } from '../../rewrite/formats.ts';
import type { FrameSet } from '../../rewrite/frame-set.ts';
import { analyse, type Interest } from '../analyse.ts';
import { type ConfigOptions, configOptions, loadConfig } from '../config.ts';
import { CliError, DONE, FAILED } from '../exit.ts';
import { complain, complainOfDamage } from '../main.ts';
import { type CaptureOptions, captureCommand, helpNote } from '../options.ts';
import type { Output } from '../output.ts';
import { preselect } from '../preselect.ts';
import { checkFormat, copy, findingsOf, oneFile, openCaptureOutput, read } from '../rewriting.ts';
import { openSelector } from '../selection.ts';
import { meantBy } from '../streams.ts';
import type { Terminal } from '../terminal.ts';
import { parseCount } from '../values.ts';

interface ExtractOptions extends CaptureOptions, ConfigOptions {
  readonly finding?: number;
  readonly anonymize?: boolean;
  readonly key?: string;
  readonly payload?: string;
}

const WHAT_STAYS =
  'Without a selection, every frame is written. --anonymize maps addresses so that common prefixes stay common, private ' +
  'ones private and groups groups. Times, lengths, ports, TTL, IP and sequence numbers, TCP timestamps and the numbers ' +
  "of VLANs and tunnels stay, for analysis needs them. A frame is cut at a header whose addresses can't be mapped.";

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  helpNote(configOptions(captureCommand(command, FORMATS, '<capture>')), WHAT_STAYS)
    .option('--finding <n>', "only what finding #N of lint's report is about", parseCount)
    .option('--anonymize', 'map addresses, keep neither payload nor names nor comments')
    .option(
      '--key <text>',
      'the same key maps the same addresses alike in every capture (default: one that is forgotten)',
    )
    .option('--payload <folder>', 'no capture, but the bytes that each connection carried, a file per direction')
    .action((path: string, options: ExtractOptions) => run(extract(path, options, terminal)));
}

async function extract(given: string, options: ExtractOptions, terminal: Terminal): Promise<number> {
  if (options.key !== undefined && options.anonymize !== true) {
    throw new CliError('--key is for --anonymize');
  }
  const path = oneFile([given], 'extract');
  if (options.payload !== undefined) {
    return extractPayload(path, options.payload, options, terminal);
  }
  const choice = options.format?.at(-1);
  const output = openCaptureOutput(choice?.file ?? options.output, terminal);
  try {
    const frames = await evidence(path, options, terminal, output);
    if (frames?.size === 0) {
      throw new CliError(`${path}: no frame is what you asked for`);
    }
    const { written, cut } = await copy(path, output, terminal, {
      format: choice?.name === 'pcap' ? 'pcap' : 'pcapng',
      ...(frames === null ? {} : { frames }),
      ...(options.limit === undefined ? {} : { limit: options.limit }),
      ...(options.anonymize === true ? { anonymize: keyedHash(options.key) } : {}),
    });
    complain(terminal, `${path}: ${count(written, 'frame')} written`);
    if (cut > 0) {
      complain(terminal, `${path}: ${count(cut, 'frame')} cut at a header that can't be made anonymous`);
    }
    return DONE;
  } catch (error) {
    output.discard();
    throw error;
  }
}

/** What connections carried, in the order in which it was sent. */
async function extractPayload(
  path: string,
  folder: string,
  options: ExtractOptions,
  terminal: Terminal,
): Promise<number> {
  if (options.anonymize === true || options.format !== undefined || options.output !== undefined) {
    throw new CliError('--payload writes files of its own: without --anonymize, --format and --output');
  }
  const { PayloadFiles } = await import('../payload-files.ts');
  const selector = await openSelector(options);
  const concerned =
    options.finding === undefined
      ? null
      : new Set((await findingOf(path, options, terminal, { discard: () => {} })).connections);
  const known = selector.needsConnections
    ? (await preselect([path], selector, await loadConfig(options), options, terminal)).get(path)
    : undefined;
  const meant = meantBy(options, known?.connections);
  const files = new PayloadFiles(folder);
  const begin = (): Interest => ({
    ask: {
      wake: 0,
      payload: {
        wants: (of) => (concerned?.has(of.connection) ?? true) && meant(of),
        onEvent: (event) => files.add(event),
      },
    },
  });
  const { captures, failures } = await analyse([path], options, terminal, begin, () => {});
  if (failures.length > 0) {
    return FAILED;
  }
  files.close();
  for (const capture of captures) {
    complainOfDamage(terminal, capture);
  }
  const missing = files.missing > 0 ? `, ${count(files.missing, 'byte')} missing` : '';
  complain(terminal, `${path}: ${count(files.bytes, 'byte')} of ${count(files.count, 'stream')} written${missing}`);
  return DONE;
}

/** The frames that are meant; null for all of them. */
async function evidence(
  path: string,
  options: ExtractOptions,
  terminal: Terminal,
  output: Output,
): Promise<FrameSet | null> {
  const selector = await openSelector(options, 'packets');
  if (selector.all && options.finding === undefined) {
    return null;
  }
  const finding = options.finding === undefined ? null : await findingOf(path, options, terminal, output);
  const known = selector.needsConnections
    ? (await preselect([path], selector, await loadConfig(options), options, terminal)).get(path)
    : undefined;
  const concerned = finding === null ? null : new Set(finding.connections);
  // `time` in --where counts from the capture's first packet, which is only known once it is being read.
  const finder = new EvidenceFinder(
    (row: PacketRow, start) =>
      (concerned === null || concerned.has(row.connection)) &&
      (selector.all ||
        selector.matchesPacket(
          row,
          { path, several: false, start },
          known?.connections.get(row.connection),
          known?.found,
        )),
    finding?.frames.examples.filter((frame) => frame > 0) ?? [],
    options.limit,
  );
  let found: FrameSet | null = null;
  const sink = {
    write: (chunk: Uint8Array) => finder.write(chunk),
    get full() {
      return finder.full;
    },
    end: () => {
      found = finder.end();
    },
  };
  await read(path, sink, terminal, output);
  checkFormat(path, finder.info);
  return found!;
}

async function findingOf(
  path: string,
  options: ExtractOptions,
  terminal: Terminal,
  output: Pick<Output, 'discard'>,
): Promise<Finding> {
  const { stream: _, connection: __, where: ___, ...all } = options;
  const findings = await findingsOf(path, all, terminal, output);
  const finding = findings.find(({ id }) => id === options.finding);
  if (finding === undefined) {
    throw new CliError(`${path}: there is no finding ${options.finding}, but ${count(findings.length, 'finding')}`);
  }
  return finding;
}

/** A passphrase is stretched first; without one the key is random, and nobody can map the same way again. */
function keyedHash(passphrase: string | undefined): KeyedHash {
  const key = passphrase === undefined ? randomBytes(32) : scryptSync(passphrase, 'tcplint anonymize', 32);
  return (input) => createHmac('sha256', key).update(input).digest();
}
