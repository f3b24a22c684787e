import type { Frame } from '../capture/frame.ts';
import { openTaps, type TapMatching, type TapOptions } from '../compare/taps/compare.ts';
import { CLIENT_TAP, SERVER_TAP } from '../compare/taps/sighting.ts';
import { Survey } from '../compare/taps/survey.ts';
import { PulledCapture } from '../engine/sources/pulled-capture.ts';
import type { TapComparison } from '../facts/taps.ts';
import { Decoder, NOT_TCP, TCP } from '../packet/decoder.ts';
import { CliError } from './exit.ts';
import { isReadOnce } from './inputs.ts';

/** Between these, signals and other work get their turn. */
const FRAMES_PER_TURN = 50_000;

/** Who wants to hear of it: damage, beyond which a capture was not read; bytes read so far, of how many. */
export interface TapListener {
  onProblem?(message: string): void;
  onProgress?(bytesRead: number, bytesTotal: number): void;
}

/** Reads two captures of the same traffic twice: once for the clocks, once to match their packets. Throws `InputError`. */
export async function compareTaps(
  client: string,
  server: string,
  options: TapOptions,
  listener: TapListener = {},
): Promise<TapComparison> {
  if ([client, server].some(isReadOnce)) {
    throw new CliError('--taps reads its captures twice: give files, not standard input or a pipe');
  }
  const atClient = new PulledCapture(client);
  const atServer = new PulledCapture(server);
  const reading = new Reading(2 * (atClient.size + atServer.size), listener);
  const surveys = [await survey(atClient, reading), await survey(atServer, reading)] as const;
  const matching = surveys.some(({ segments }) => segments === 0)
    ? null
    : openTaps({ path: client, survey: surveys[0] }, { path: server, survey: surveys[1] }, options);
  if (matching === null) {
    throw new CliError(
      `no packet of ${client} is found in ${server}: they do not show the same traffic, or none of it got through`,
    );
  }
  await matchAll(client, server, matching, reading);
  return matching.end();
}

/** How far both readings of both captures are. */
class Reading {
  private readonly total: number;
  private readonly listener: TapListener;
  private done = 0;
  private frames = 0;

  constructor(total: number, listener: TapListener) {
    this.total = total;
    this.listener = listener;
  }

  /** Signals and other work get their turn. */
  async turn(...captures: readonly PulledCapture[]): Promise<void> {
    this.listener.onProgress?.(this.done + captures.reduce((sum, { bytesRead }) => sum + bytesRead, 0), this.total);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  get isDue(): boolean {
    return ++this.frames % FRAMES_PER_TURN === 0;
  }

  /** A capture has been surveyed. */
  ended(capture: PulledCapture): void {
    this.done += capture.size;
    for (const { reason, offset } of capture.problems) {
      this.listener.onProblem?.(`${capture.path}: ${reason} (offset ${offset})`);
    }
  }
}

async function survey(capture: PulledCapture, reading: Reading): Promise<Survey> {
  const found = new Survey();
  const decoder = new Decoder();
  while (capture.advance() || (await capture.refill())) {
    const { frame } = capture;
    found.frame(frame.seconds, frame.nanos);
    for (let kind = decoder.decode(frame); kind !== NOT_TCP; kind = decoder.decodeMore(frame)) {
      if (kind === TCP) found.segment(decoder.segment);
    }
    if (reading.isDue) await reading.turn(capture);
  }
  reading.ended(capture);
  return found;
}

/** One of both captures, at its next packet. */
interface Side {
  readonly tap: number;
  readonly capture: PulledCapture;
  readonly decoder: Decoder;
  time: number;
  ended: boolean;
}

async function matchAll(client: string, server: string, matching: TapMatching, reading: Reading): Promise<void> {
  const sides: Side[] = [
    { tap: CLIENT_TAP, path: client },
    { tap: SERVER_TAP, path: server },
  ].map(({ tap, path }) => ({ tap, capture: new PulledCapture(path), decoder: new Decoder(), time: 0, ended: false }));
  const [one, other] = sides as [Side, Side];
  await Promise.all(sides.map((side) => advance(side, matching)));
  while (!(one.ended && other.ended)) {
    const side = other.ended || (!one.ended && one.time <= other.time) ? one : other;
    const { tap, decoder, capture } = side;
    for (let kind = decoder.decode(capture.frame); kind !== NOT_TCP; kind = decoder.decodeMore(capture.frame)) {
      if (kind === TCP) matching.see(tap, decoder.segment);
    }
    if (!step(side, matching)) await advance(side, matching);
    if (reading.isDue) await reading.turn(one.capture, other.capture);
  }
}

/** To the next packet, if it has arrived. */
function step(side: Side, matching: TapMatching): boolean {
  const arrived = side.capture.advance();
  if (arrived) side.time = timeOf(side, side.capture.frame, matching);
  return arrived;
}

async function advance(side: Side, matching: TapMatching): Promise<void> {
  side.ended = !(side.capture.advance() || (await side.capture.refill()));
  if (!side.ended) side.time = timeOf(side, side.capture.frame, matching);
}

function timeOf({ tap }: Side, { seconds, nanos }: Frame, matching: TapMatching): number {
  return matching.time(tap, { seconds, nanos });
}
