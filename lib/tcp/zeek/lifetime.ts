import { INACTIVE, RESET, SYN_ACK_SENT, SYN_SENT, type ZeekEndpoint } from './endpoint.ts';

// Zeek's timers with their names in its settings, seconds.
const TCP_SYN_TIMEOUT = 5;
const TCP_SESSION_TIMER = 6;
const TCP_CONNECTION_LINGER = 5;
const TCP_ATTEMPT_DELAY = 5;
const TCP_CLOSE_DELAY = 5;
const TCP_RESET_DELAY = 5;
const OPENING_INACTIVITY = 60;
const TCP_INACTIVITY_TIMEOUT = 300;
const PATIENT_INACTIVITY = 3_600;

/**
 * The timers that end a row of conn.log, looked at when the next segment comes. Times are seconds since the
 * connection's first segment. Zeek's check of lingering connections runs every 6 s of capture time; here it runs when
 * the connection is looked at, so that a silence of 5 to 11 s may be judged otherwise than Zeek would in a busy trace.
 */
export class ZeekLifetime {
  /** False once Zeek has told how the connection ended: some timers then no longer act. */
  active = true;
  private lastTime: number;
  private expireAt: number;
  private attemptAt = Infinity;
  private closeAt = Infinity;
  private resetAt = Infinity;
  private inactivity = OPENING_INACTIVITY;

  constructor(time: number) {
    this.lastTime = time;
    this.expireAt = time + TCP_SYN_TIMEOUT;
  }

  touch(time: number): void {
    this.lastTime = time;
  }

  attempted(time: number): void {
    this.attemptAt = time + TCP_ATTEMPT_DELAY;
  }

  /** One side left the handshake. */
  opened(): void {
    this.inactivity = TCP_INACTIVITY_TIMEOUT;
  }

  /** Established at a port where people sit and think. */
  bePatient(): void {
    this.inactivity = PATIENT_INACTIVITY;
  }

  /** A side resets what it has closed. Older versions of Zeek only look if a script asks for it. */
  resetAfterClose(time: number): void {
    this.resetAt = Math.min(this.resetAt, time + TCP_RESET_DELAY);
  }

  halfClosed(time: number): void {
    this.expireAt = Math.min(this.expireAt, time + TCP_SESSION_TIMER);
  }

  closed(): void {
    this.closeAt = this.lastTime + TCP_CLOSE_DELAY;
    this.expireAt = Infinity;
    this.attemptAt = Infinity;
    this.resetAt = Infinity;
  }

  /** A timer has ended the row before `time`: what comes now belongs to a new one. */
  expired(time: number, originator: ZeekEndpoint, responder: ZeekEndpoint): boolean {
    if (this.closeAt <= time || this.lastTime + this.inactivity <= time) return true;
    if (!this.active) return false;
    if (this.resetAt <= time) return true;
    if (this.attemptAt <= time) {
      this.attemptAt = Infinity;
      const isUnanswered = responder.state === INACTIVE;
      if (isUnanswered && (originator.state === SYN_SENT || originator.state === SYN_ACK_SENT)) return true;
    }
    return this.expireAt <= time && this.lingered(time, originator, responder);
  }

  private lingered(time: number, originator: ZeekEndpoint, responder: ZeekEndpoint): boolean {
    this.expireAt = time + TCP_SESSION_TIMER;
    if (this.lastTime + TCP_CONNECTION_LINGER >= time) return false;
    if (originator.closeReported && responder.closeReported) return true;
    if (!originator.closeReported && !responder.closeReported) {
      // Nothing was understood at all.
      return originator.state === INACTIVE && responder.state === INACTIVE;
    }
    return [RESET, INACTIVE].some((state) => originator.state === state || responder.state === state);
  }
}
