import type { Frame } from '../capture/frame.ts';
import { openTaps, type TapMatching, type TapOptions } from '../compare/taps/compare.ts';
import { CLIENT_TAP, SERVER_TAP } from '../compare/taps/sighting.ts';
import { Survey } from '../compare/taps/survey.ts';
import { PulledCapture } from '../engine/sources/pulled-capture.ts';
import type { TapComparison } from '../facts/taps.ts';
import { Decoder, TCP } from '../packet/decoder.ts';
import { CliError } from './exit.ts';

/** Between these, signals and other work get their turn. */
const FRAMES_PER_TURN = 50_000;

/**
 * Reads two captures of the same traffic twice: once for the clocks, once to match their packets. Throws `InputError`.
 * `onProblem` is told of damage, beyond which a capture was not read.
 */
export async function compareTaps(
  client: string,
  server: string,
  options: TapOptions,
  onProblem: (message: string) => void = () => {},
): Promise<TapComparison> {
  if (client === '-' || server === '-') {
    throw new CliError('--taps reads its captures twice: give files instead of standard input');
  }
  const [atClient, atServer] = [await survey(client, onProblem), await survey(server, onProblem)];
  const matching =
    atClient.segments === 0 || atServer.segments === 0
      ? null
      : openTaps({ path: client, survey: atClient }, { path: server, survey: atServer }, options);
  if (matching === null) {
    throw new CliError(
      `no packet of ${client} is found in ${server}: they do not show the same traffic, or none of it got through`,
    );
  }
  await matchAll(client, server, matching);
  return matching.end();
}

async function survey(path: string, onProblem: (message: string) => void): Promise<Survey> {
  const found = new Survey();
  const decoder = new Decoder();
  const capture = new PulledCapture(path);
  for (let frames = 1; capture.advance() || (await capture.refill()); frames++) {
    const { frame } = capture;
    found.frame(frame.seconds, frame.nanos);
    if (decoder.decode(frame) === TCP) found.segment(decoder.segment);
    if (frames % FRAMES_PER_TURN === 0) await turn();
  }
  for (const { reason, offset } of capture.problems) onProblem(`${path}: ${reason} (offset ${offset})`);
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

async function matchAll(client: string, server: string, matching: TapMatching): Promise<void> {
  const sides: Side[] = [
    { tap: CLIENT_TAP, path: client },
    { tap: SERVER_TAP, path: server },
  ].map(({ tap, path }) => ({ tap, capture: new PulledCapture(path), decoder: new Decoder(), time: 0, ended: false }));
  const [one, other] = sides as [Side, Side];
  await Promise.all(sides.map((side) => advance(side, matching)));
  for (let frames = 1; !(one.ended && other.ended); frames++) {
    const side = other.ended || (!one.ended && one.time <= other.time) ? one : other;
    if (side.decoder.decode(side.capture.frame) === TCP) matching.see(side.tap, side.decoder.segment);
    if (!step(side, matching)) await advance(side, matching);
    if (frames % FRAMES_PER_TURN === 0) await turn();
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

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
